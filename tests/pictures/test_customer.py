"""The customer screen."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import Taken
from tests.pictures.scenes import CUSTOMER, Scene


@pytest.mark.parametrize("scene", CUSTOMER, ids=lambda scene: scene.name)
def test_customer(scene: Scene, same: Taken) -> None:
    assert same(scene)
