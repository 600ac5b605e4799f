"""The main screen: panes, selection, sequences, filter, what was done."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import MAIN, Scene


@pytest.mark.parametrize("scene", MAIN, ids=lambda scene: scene.name)
def test_main(scene: Scene, same: Taken) -> None:
    assert same(scene)
