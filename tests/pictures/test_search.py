"""The search screen."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import SEARCH, Scene


@pytest.mark.parametrize("scene", SEARCH, ids=lambda scene: scene.name)
def test_search(scene: Scene, same: Taken) -> None:
    assert same(scene)
