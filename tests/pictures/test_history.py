"""What happened, to a ticket and to the desk."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import HISTORY, Scene


@pytest.mark.parametrize("scene", HISTORY, ids=lambda scene: scene.name)
def test_history(scene: Scene, same: Taken) -> None:
    assert same(scene)
