"""The four states, and a terminal that is too small."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import STATES, Scene


@pytest.mark.parametrize("scene", STATES, ids=lambda scene: scene.name)
def test_states(scene: Scene, same: Taken) -> None:
    assert same(scene)
