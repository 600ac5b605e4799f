"""Screens of the other files once more, in other sizes, colours and glyphs."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import AGAIN, Scene


@pytest.mark.parametrize("scene", AGAIN, ids=lambda scene: scene.name)
def test_again(scene: Scene, same: Taken) -> None:
    assert same(scene)
