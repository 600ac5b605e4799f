"""The key help and the palette."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import HELP, Scene


@pytest.mark.parametrize("scene", HELP, ids=lambda scene: scene.name)
def test_help(scene: Scene, same: Taken) -> None:
    assert same(scene)
