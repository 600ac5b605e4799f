"""Writing: replies and notes at their sizes, the command row, what is said before sending."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import COMPOSE, Scene


@pytest.mark.parametrize("scene", COMPOSE, ids=lambda scene: scene.name)
def test_compose(scene: Scene, same: Taken) -> None:
    assert same(scene)
