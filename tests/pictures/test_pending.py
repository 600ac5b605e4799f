"""The outbox, the drafts and what went wrong."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import PENDING, Scene


@pytest.mark.parametrize("scene", PENDING, ids=lambda scene: scene.name)
def test_pending(scene: Scene, same: Taken) -> None:
    assert same(scene)
