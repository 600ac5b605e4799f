"""Choosing: macros with their result, blanks, tags, times."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import MACRO, Scene


@pytest.mark.parametrize("scene", MACRO, ids=lambda scene: scene.name)
def test_macro(scene: Scene, same: Taken) -> None:
    assert same(scene)
