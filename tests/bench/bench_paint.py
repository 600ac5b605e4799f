"""The whole screen through a real terminal: start, keys, bytes, rest; TICKETS (50,000 otherwise) against 40.

Start is compared with an empty app of the toolkit, a key with the same screen on a small desk, in one run.
`TICKETS=1000000 make bench WHAT=paint` takes the desk of a million, which is made first.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deskterm.screens.searching import PAUSE
from tests.bench.desk_made import NOW, built, word
from tests.paths import ROOT
from tests.rigs.terminal import PYTHON, Terminal, environment

TICKETS = int(os.environ.get("TICKETS", "50000"))
STARTS = 5
KEYS = 80
QUIET = 0.15
"""Seconds of silence after which a paint is over and the next key may come: a hand, not a burst, so that the
panes follow each of them, and nothing late is taken for the answer to the next key."""
SEARCHED = 0.5
"""Seconds of silence after a letter in the search: its hits come after a pause."""
Painted = tuple[float, float, int]
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


def hello() -> Terminal:
    return Terminal([PYTHON, "-c", HELLO], env=ENV, drawn=False)


def desk(home: Path) -> Terminal:
    return Terminal([PYTHON, "-m", "tests.rigs.opened", str(home), str(NOW)], env=ENV, drawn=False)


def ready(terminal: Terminal) -> None:
    """Until the screen stands."""
    terminal.until(lambda: b"solve" in terminal.data)


def first_paint(start: Callable[[], Terminal], sign: bytes) -> float:
    """Seconds from the start of the process until `sign` has arrived."""
    with start() as terminal:
        while sign not in terminal.data:
            if terminal.read(10) == b"" or time.perf_counter() - terminal.began > 20:
                raise AssertionError("nothing was painted")
        return time.perf_counter() - terminal.began


def painted(terminal: Terminal, key: bytes, *, quiet: float = QUIET) -> Painted:
    """Milliseconds until the first and the last byte a key brings, and how many bytes."""
    began = time.perf_counter()
    terminal.send(key)
    first = last = 0.0
    size = 0
    while (data := terminal.read(quiet if size else 1.0)) is not None:
        last = (time.perf_counter() - began) * 1000
        first = first or last
        size += len(data)
    return first, last, size


def keys(
    home: Path, press: Sequence[bytes], *, before: Sequence[bytes] = (), quiet: float = QUIET
) -> list[Painted]:
    """What each of KEYS presses costs, after some keys that set the scene."""
    with desk(home) as terminal:
        ready(terminal)
        terminal.quiet(0.5)
        for part in before:
            terminal.send(part)
            terminal.quiet(0.5)
        found = [painted(terminal, press[n % len(press)], quiet=quiet) for n in range(KEYS)]
        return [one for one in found if one[2]]


def typed(home: Path) -> list[Painted]:
    """Search as one types, four letters of as many words as make KEYS presses; the pause taken off."""
    words = [word(rank)[:4].encode() for rank in (3, 40, 400, 4_000, 9, 90, 900, 9_000, 1, 20) * 2]
    clear = b"\x15"
    press = [key for one in words for key in (*(bytes([letter]) for letter in one), clear)]
    found = keys(home, press, before=[b"g", b"/"], quiet=SEARCHED)
    letters = [one for n, one in enumerate(found) if press[n % len(press)] != clear]
    return [(first, max(last - PAUSE * 1000, 0.0), size) for first, last, size in letters]


def at_rest(home: Path, seconds: float = 10.0) -> tuple[float, float, float]:
    """Share of a processor and bytes a second while nothing happens, and megabytes resident."""
    with desk(home) as terminal:
        ready(terminal)
        terminal.quiet(1.0, limit=4)
        cpu, size = _cpu(terminal.pid), len(terminal.data)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            terminal.read(left)
        spent = (_cpu(terminal.pid) - cpu) / seconds
        return spent, (len(terminal.data) - size) / seconds, _resident(terminal.pid)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def tell(name: str, took: list[Painted]) -> float:
    """Print one line; the median of the last byte."""
    firsts, lasts = sorted(one[0] for one in took), sorted(one[1] for one in took)
    high, middle = int(len(took) * 0.95), statistics.median(lasts)
    size = statistics.median(one[2] for one in took)
    print(
        f"  {name:<36} first {statistics.median(firsts):5.1f} p95 {firsts[high]:5.1f}"
        f"   last {middle:5.1f} p95 {lasts[high]:5.1f} ms {size:8,.0f} bytes"
    )
    return middle


def starts(home: Path) -> tuple[float, float]:
    """The first paint of an empty app and of the desk, medians of runs in turn; one before to compile."""
    first_paint(hello, b"hello")
    first_paint(lambda: desk(home), b"solve")
    took = [(first_paint(hello, b"hello"), first_paint(lambda: desk(home), b"solve")) for _ in range(STARTS)]
    return statistics.median(one[0] for one in took), statistics.median(one[1] for one in took)


def shell(*words: str, home: Path) -> tuple[float, float]:
    """Seconds of wall and of processor a verb takes, its output thrown away; medians."""
    took: list[tuple[float, float]] = []
    for _ in range(STARTS):
        before, began = os.times(), time.perf_counter()
        subprocess.run(
            [PYTHON, "-m", "deskterm", "--home", str(home), *words],
            env=ENV, cwd=ROOT, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        took.append((time.perf_counter() - began, spent))
    return statistics.median(one[0] for one in took), statistics.median(one[1] for one in took)


def main() -> None:
    """Print the table."""
    many, few = built(TICKETS), built(40)
    floor, took = starts(many)
    print(f"  first paint: empty app {floor * 1000:.0f} ms, {TICKETS:,} tickets {took * 1000:.0f} ms")
    print(f"  {took / floor:.2f} times (must: 1.8, goal: 1.6)")
    small = tell("cursor, 40 tickets, whole screen", keys(few, [b"j"] * 30 + [b"k"] * 30))
    large = tell(f"cursor, {TICKETS:,} tickets", keys(many, [b"j"]))
    tell("cursor, the list alone", keys(many, [b"j"], before=[b"+"]))
    tabs = tell("another queue, 40 tickets", keys(few, [b"]"]))
    tabs = tell("another queue", keys(many, [b"]"])) / tabs
    talk = keys(many, [b"j", b"k"], before=[b"/", b"pri:1", b"\r"])
    tell("a ticket of 200 letters", talk[0::2])
    tell("a ticket of 12 letters", talk[1::2])
    tell("priority and undo", keys(many, [b"p4", b"z"]))
    tell("search as one types, pause taken off", typed(many))
    print(f"  {TICKETS:,} against 40: cursor {large / small:.2f}, queue {tabs:.2f} times (goal 1.3)")
    print("  must: p95 10 ms; 25 and 50 ms with tickets of 12 and 200; search 30 ms; 1 kB in the list")
    cpu, size, resident = at_rest(many)
    print(
        f"  at rest: {cpu * 100:.1f} % of a processor, {size:.0f} bytes a second; {resident:.0f} MB resident"
    )
    for words in (
        ("ls", "--limit", "50"),
        ("ls", "is:late tag:refund", "--limit", "50"),
        ("ls",),
        ("show", "2"),
    ):
        wall, spent = shell(*words, home=many)
        print(f"  deskterm {' '.join(words):<28} {wall * 1000:6.0f} ms, {spent * 1000:.0f} of a processor")


if __name__ == "__main__":
    main()
