"""Looks for garbage: small ones while a screen is open, so that no key waits for a large one."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from deskterm import tidying


@pytest.fixture
def looks() -> Iterator[list[int]]:
    """The looks that were made, by generation."""
    usual, found = gc.get_threshold(), list[int]()

    def noted(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    gc.callbacks.append(noted)
    yield found
    gc.callbacks.remove(noted)
    gc.set_threshold(*usual)


def test_while_a_screen_is_open_little_is_looked_through_at_a_time(looks: list[int]) -> None:
    tidying.for_a_screen()
    kept = [list[int]() for _ in range(10 * tidying.PORTION)]
    assert kept and len(looks) >= 9 and gc.isenabled()


def test_what_a_verb_loads_is_not_looked_through(looks: list[int]) -> None:
    tidying.for_a_verb()
    kept = [list[int]() for _ in range(tidying.VERB // 2)]
    assert kept and not looks
