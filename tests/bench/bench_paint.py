"""The whole screen through a real terminal: start, keys, bytes, rest; TICKETS (50,000 otherwise) against few.

Start is compared with an empty app of the toolkit, a key with the same key on a small desk pressed in turn.
`TICKETS=1000000 make bench WHAT=paint` takes the desk of a million, which is made first. A figure of the
processor says more than one of the clock where other programs run; only Linux gives it.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from deskterm.screens.searching import PAUSE
from tests.bench.desk_made import NOW, built, word
from tests.paths import ROOT
from tests.rigs.terminal import PYTHON, Terminal, environment

TICKETS = int(os.environ.get("TICKETS", "50000"))
FULL = 8_000
"""Tickets that fill the screen of each queue, so that both desks paint as much."""
STARTS = 7
KEYS = 80
QUIET = 0.15
"""Seconds of silence after which a paint is over and the next key may come: a hand, not a burst, so that the
panes follow each of them, and nothing late is taken for the answer to the next key."""
SEARCHED = 0.5
"""Seconds of silence after a letter in the search: its hits come after a pause."""
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello, terminal")
Hello().run()
"""
ENV = environment(COLORTERM="truecolor", PYTHONPYCACHEPREFIX=str(ROOT / ".bench" / "pyc"))
del ENV["PYTHONDONTWRITEBYTECODE"]  # an installed program is compiled; the first start here does that


@dataclass(frozen=True, slots=True)
class Painted:
    """What one key cost."""

    first: float
    """Milliseconds until its first byte."""
    last: float
    """Milliseconds until the screen is whole."""
    size: int
    """Bytes."""
    cpu: float
    """Milliseconds of a processor."""


def hello() -> Terminal:
    return Terminal([PYTHON, "-c", HELLO], env=ENV, drawn=False)


def desk(home: Path, *more: str) -> Terminal:
    return Terminal([PYTHON, "-m", "tests.rigs.opened", str(home), str(NOW), *more], env=ENV, drawn=False)


def ready(terminal: Terminal) -> None:
    """Until the screen stands."""
    terminal.until(lambda: b"solve" in terminal.data)


def first_paint(start: Callable[[], Terminal], sign: bytes) -> tuple[float, float]:
    """Milliseconds, and those of a processor, from the start of the process until `sign` has arrived."""
    with start() as terminal:
        while sign not in terminal.data:
            if terminal.read(10) == b"" or time.perf_counter() - terminal.began > 20:
                raise AssertionError("nothing was painted")
        return (time.perf_counter() - terminal.began) * 1000, spent(terminal.pid)


def painted(terminal: Terminal, key: bytes, *, quiet: float = QUIET) -> Painted:
    """Press a key and read until the terminal is quiet."""
    before, began = spent(terminal.pid), time.perf_counter()
    terminal.send(key)
    first = last = 0.0
    size = 0
    while (data := terminal.read(quiet if size else 1.0)) is not None:
        last = (time.perf_counter() - began) * 1000
        first = first or last
        size += len(data)
    return Painted(first, last, size, spent(terminal.pid) - before)


def keys(
    *homes: Path, press: Sequence[bytes], before: Sequence[bytes] = (), quiet: float = QUIET
) -> list[list[Painted]]:
    """What each of KEYS presses costs on each desk, in turn, after some keys that set the scene.

    The clock of the desk stands still: its own seconds are no answer to a key.
    """
    with ExitStack() as stack:
        terminals = [stack.enter_context(desk(home, "still")) for home in homes]
        for terminal in terminals:
            ready(terminal)
            terminal.quiet(0.5)
            for part in before:
                terminal.send(part)
                terminal.quiet(0.5)
        found: list[list[Painted]] = [[] for _ in homes]
        for n in range(KEYS):
            for kept, terminal in zip(found, terminals, strict=True):
                kept.append(painted(terminal, press[n % len(press)], quiet=quiet))
        return found


def typed(home: Path) -> list[Painted]:
    """Search as one types, four letters of as many words as make KEYS presses; the pause taken off."""
    words = [word(rank)[:4].encode() for rank in (3, 40, 400, 4_000, 9, 90, 900, 9_000, 1, 20) * 2]
    clear = b"\x15"
    press = [key for one in words for key in (*(bytes([letter]) for letter in one), clear)]
    (found,) = keys(home, press=press, before=[b"g", b"/"], quiet=SEARCHED)
    letters = [one for n, one in enumerate(found) if press[n % len(press)] != clear]
    return [Painted(one.first, max(one.last - PAUSE * 1000, 0.0), one.size, one.cpu) for one in letters]


def at_rest(home: Path, seconds: float = 10.0) -> tuple[float, float, dict[str, float]]:
    """Share of a processor and bytes a second while nothing happens, and what is held in memory."""
    with desk(home) as terminal:
        ready(terminal)
        terminal.quiet(1.0, limit=4)
        cpu, size = spent(terminal.pid), len(terminal.data)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            terminal.read(left)
        share = (spent(terminal.pid) - cpu) / seconds / 1000
        return share, (len(terminal.data) - size) / seconds, held(terminal.pid)


def spent(pid: int) -> float:
    """Milliseconds of a processor a process has used so far; 0 where the system does not say."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e6


def held(pid: int) -> dict[str, float]:
    """Megabytes: all that is resident, its own share of it, and what is no file."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}


def tell(name: str, took: Sequence[Painted]) -> None:
    """Print one line."""
    shown = [one for one in took if one.size]
    if not shown:
        print(f"  {name:<40} painted nothing")
        return
    firsts, lasts = sorted(one.first for one in shown), sorted(one.last for one in shown)
    cpus, high = sorted(one.cpu for one in shown), int(len(shown) * 0.95)
    size = statistics.median(one.size for one in shown)
    print(
        f"  {name:<40} {statistics.median(firsts):6.1f} {firsts[high]:6.1f} {statistics.median(lasts):6.1f}"
        f" {lasts[high]:6.1f} {statistics.median(cpus):6.1f} {cpus[high]:6.1f} {size:8,.0f}"
    )


def against(name: str, press: Sequence[bytes], *, few: int, many: Path) -> None:
    """Both desks key by key, and the ratio of their medians."""
    small, large = keys(built(few), many, press=press)
    tell(f"{name}, {few:,} tickets", small)
    tell(name, large)
    wall, cpu = (
        statistics.median(getattr(one, what) for one in large)
        / (statistics.median(getattr(one, what) for one in small) or 1)
        for what in ("last", "cpu")
    )
    print(f"    {wall:.2f} times the small desk by the clock, {cpu:.2f} by the processor (goal: 1.3)")


def starts(home: Path) -> None:
    """The first paint of an empty app and of the desk, medians of runs in turn; one before to compile."""
    first_paint(hello, b"hello")
    first_paint(lambda: desk(home), b"solve")
    took = [(first_paint(hello, b"hello"), first_paint(lambda: desk(home), b"solve")) for _ in range(STARTS)]
    for n, name in enumerate(("clock", "processor")):
        floor, ours = (statistics.median(one[which][n] for one in took) for which in (0, 1))
        ratio = ours / (floor or 1)
        print(f"  first paint by the {name}: empty app {floor:.0f}, desk {ours:.0f} ms, {ratio:.2f} times")
    print("    goal: 1.6 times")


def main() -> None:
    """Print the table."""
    many = built(TICKETS)
    starts(many)
    print(f"  {TICKETS:,} tickets; ms of a key to its first byte, its last, of a processor: p50 p95; bytes")
    against("cursor", [b"j"] * 30 + [b"k"] * 30, few=40, many=many)
    against("another queue", [b"]"], few=FULL, many=many)
    tell("cursor, the list alone", keys(many, press=[b"j"], before=[b"+"])[0])
    (talk,) = keys(many, press=[b"j", b"k"], before=[b"/", b"pri:1", b"\r"])
    tell("a ticket of 200 letters", talk[0::2])
    tell("a ticket of 12 letters", talk[1::2])
    (acts,) = keys(many, press=[b"p4", b"z"])
    tell("priority, by a box", acts[0::2])
    tell("undo", acts[1::2])
    tell("search as one types, pause taken off", typed(many))
    print("    goal, p95 of the last byte: cursor 10 ms; tickets of 12 and 200 letters 25, 50; search 30")
    cpu, size, memory = at_rest(many)
    print(f"  at rest: {cpu * 100:.2f} % of a processor, {size:.0f} bytes a second (goal: 1 %, 1 kB)")
    named = (("Rss", "resident"), ("Pss", "its share"), ("Pss_Anon", "no file"))
    print(f"  memory: {', '.join(f'{memory.get(key, 0):.0f} MB {words}' for key, words in named)} (goal: 60)")


if __name__ == "__main__":
    main()
