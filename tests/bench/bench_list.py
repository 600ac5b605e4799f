"""Keys to paint in the queue: 50,000 tickets against the same list empty, headless, in the same run.

The ratio is the figure; milliseconds are printed to see where time goes. A floor run of the same keys on
a bare Textual app shows what the toolkit itself costs.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from textual.app import App
from textual.binding import Binding

from deskterm.widgets.queue_list import Heading, QueueList
from tests.deskterm.lines import NOW, MemoryQueue, line
from tests.deskterm.screens import Stand

KEYS = 300
LINES = 50_000
ROUNDS = 3


class Listing(Stand):
    """The list with one key bound to a move."""

    BINDINGS = [Binding("j", "down")]  # noqa: RUF012

    def action_down(self) -> None:
        self.query_one(QueueList).move(1)


class Bare(App[None]):
    """Nothing but a key that does nothing."""

    BINDINGS = [Binding("j", "nothing")]  # noqa: RUF012

    def action_nothing(self) -> None:
        self.screen.refresh()


async def _paints(app: App[None], queue: MemoryQueue | None) -> list[float]:
    """Milliseconds of each key press from the key until the screen is painted."""
    took: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        if queue is not None:
            app.query_one(QueueList).show(queue, Heading("Mine"))
        await pilot.pause()
        for _ in range(KEYS):
            start = time.perf_counter()
            await app._press_keys(["j"])
            app.screen._on_timer_update()
            took.append((time.perf_counter() - start) * 1000)
    return took


def _summary(name: str, rounds: list[list[float]]) -> tuple[float, float]:
    flat = sorted(took for one in rounds for took in one)
    middle, high = statistics.median(flat), flat[int(len(flat) * 0.95)]
    print(f"{name:<28} median {middle:7.2f} ms   p95 {high:7.2f} ms")
    return middle, high


def main() -> None:
    """Print the table; rounds are interleaved, because the machine drifts."""
    full = MemoryQueue([line(number) for number in range(LINES)])
    many: list[list[float]] = []
    none: list[list[float]] = []
    bare: list[list[float]] = []
    for _ in range(ROUNDS):
        bare.append(asyncio.run(_paints(Bare(), None)))
        none.append(asyncio.run(_paints(Listing(QueueList(now=NOW)), MemoryQueue([]))))
        many.append(asyncio.run(_paints(Listing(QueueList(now=NOW)), full)))
    _summary("a bare app", bare)
    floor = _summary("the list, empty", none)
    found = _summary(f"the list, {LINES:,} tickets", many)
    print(f"ratio {found[0] / floor[0]:.2f} (median), {found[1] / floor[1]:.2f} (p95)")


if __name__ == "__main__":
    main()
