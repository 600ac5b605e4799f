"""Rules and promises, and a rule on trial."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import RULES, Scene


@pytest.mark.parametrize("scene", RULES, ids=lambda scene: scene.name)
def test_rules(scene: Scene, same: Taken) -> None:
    assert same(scene)
