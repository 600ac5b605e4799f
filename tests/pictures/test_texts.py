"""Letters in scripts of every kind, and what a stranger hides in them."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import TEXTS, Scene


@pytest.mark.parametrize("scene", TEXTS, ids=lambda scene: scene.name)
def test_texts(scene: Scene, same: Taken) -> None:
    assert same(scene)
