"""The settings screen."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import SETTINGS, Scene


@pytest.mark.parametrize("scene", SETTINGS, ids=lambda scene: scene.name)
def test_settings(scene: Scene, same: Taken) -> None:
    assert same(scene)
