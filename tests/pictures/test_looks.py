"""The same screen in every size and theme, and in ASCII."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import LOOKS, Scene


@pytest.mark.parametrize("scene", LOOKS, ids=lambda scene: scene.name)
def test_looks(scene: Scene, same: Taken) -> None:
    assert same(scene)
