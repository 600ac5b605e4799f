"""The whole screen through a real terminal: start, keys, bytes, rest; 50,000 tickets against 40.

Start is compared with an empty app of the toolkit, a key with the same screen on a small desk, in one run.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.paint_desk import NOW, built
from tests.paths import ROOT
from tests.rigs.terminal import PYTHON, Terminal, environment

STARTS = 5
KEYS = 80
QUIET = 0.15
"""Seconds of silence after which a paint is over and the next key may come: a hand, not a burst, so that the
panes follow each of them, and nothing late is taken for the answer to the next key."""
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


def painted(terminal: Terminal, key: bytes) -> tuple[float, float, int]:
    """Milliseconds until the first and the last byte a key brings, and how many bytes."""
    began = time.perf_counter()
    terminal.send(key)
    first = last = 0.0
    size = 0
    while (data := terminal.read(QUIET if size else 1.0)) is not None:
        last = (time.perf_counter() - began) * 1000
        first = first or last
        size += len(data)
    return first, last, size


def keys(home: Path, press: Sequence[bytes], *, before: bytes = b"") -> list[tuple[float, float, int]]:
    """What each of KEYS presses costs, after some keys that set the scene."""
    with desk(home) as terminal:
        ready(terminal)
        terminal.quiet(0.5)
        if before:
            terminal.send(before)
            terminal.quiet(0.5)
        found = [painted(terminal, press[n % len(press)]) for n in range(KEYS)]
        return [one for one in found if one[2]]


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


def tell(name: str, took: list[tuple[float, float, int]]) -> float:
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


def main() -> None:
    """Print the table."""
    many, few = built(50_000), built(40)
    floor, took = starts(many)
    print(f"  first paint: empty app {floor * 1000:.0f} ms, 50,000 tickets {took * 1000:.0f} ms")
    print(f"  {took / floor:.2f} times (must: 1.8)")
    small = tell("cursor, 40 tickets, whole screen", keys(few, [b"j"] * 30 + [b"k"] * 30))
    large = tell("cursor, 50,000 tickets, whole screen", keys(many, [b"j"]))
    tell("cursor, 50,000, the list alone", keys(many, [b"j"], before=b"+"))
    tell("priority and undo, 50,000", keys(many, [b"p4", b"z"]))
    print(f"  50,000 against 40: {large / small:.2f} times (goal 1.3)")
    print("  must: p95 10 ms, 25 ms with a ticket of twelve messages; 1 kB in the list, 8 kB with the rest")
    cpu, size, resident = at_rest(many)
    print(
        f"  at rest: {cpu * 100:.1f} % of a processor, {size:.0f} bytes a second; {resident:.0f} MB resident"
    )


if __name__ == "__main__":
    main()
