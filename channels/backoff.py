"""How long to wait before trying again. Pure: no clock, no sleeping."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator


def delays(
    *, first: float = 5.0, most: float = 600.0, chance: Callable[[], float] = random.random
) -> Iterator[float]:
    """Seconds to wait after the first failure, the second and so on, without end.

    Doubles up to `most`; each value is drawn from the upper half of its step, so that many desks
    that lost one server do not come back in the same second. `chance` gives numbers from 0 to 1.
    """
    step = first
    while True:
        yield step * (0.5 + 0.5 * chance())
        step = min(step * 2, most)
