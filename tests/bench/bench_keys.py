"""What a hand does and waits for: keys a ticket in a triage of a hundred, and what each class of input takes.

The keys are counted on the real screen; the times are those of the practice desk in a real terminal, until
the first and the last byte that answers a press.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.bench_paint import ENV, Painted, painted, ready, tell
from tests.rigs.stage import copied, on_stage
from tests.rigs.terminal import PYTHON, Terminal
from tests.rigs.triage import Score, arrive, triage

PRESSES = 40
ESC = b"\x1b"
CLASSES: tuple[tuple[str, Sequence[bytes], Sequence[bytes]], ...] = (
    ("the cursor", (b"j", b"k"), ()),
    ("another queue", (b"]",), ()),
    ("an act, undone", (b"e", b"z"), ()),
    ("an act with a choice, undone", (b"p", b"4", b"z"), ()),
    ("a selection", (b"x", b"x", ESC), ()),
    ("a ticket read", (b"\r", ESC), ()),
    ("letters of a filter", (b"t", b"\x7f"), (b"/", b"invoice")),
    ("letters of a reply", (b"w", b"o", b"r", b"d", b" "), (b"r",)),
    ("letters in the commands", (b"a", b"\x7f"), (b":",)),
    ("keys here", (b"?", ESC), ()),
    ("the history", (b"gh", ESC), ()),
    ("the settings", (b"g,", ESC), ()),
)
"""What is pressed in turn, after which keys."""


def counted() -> Score:
    """The triage."""

    async def play(folder: Path) -> Score:
        async with on_stage(folder) as stage:
            return await triage(stage, arrive(stage.desk))

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(play(Path(folder)))


def timed(press: Sequence[bytes], before: Sequence[bytes]) -> list[tuple[bytes, Painted]]:
    """What each press costs, on a practice desk of its own: no class leaves anything behind for the next."""
    with tempfile.TemporaryDirectory() as folder:
        home = copied(Path(folder))
        now = (home / "clock").read_text().strip()
        command = [PYTHON, "-m", "tests.rigs.opened", str(home), now, "still"]
        with Terminal(command, env=ENV, drawn=False) as terminal:
            ready(terminal)
            for part in (b"", *before):
                terminal.send(part)
                terminal.quiet(0.5)
            keys = [press[n % len(press)] for n in range(PRESSES)]
            return [(key, painted(terminal, key)) for key in keys]


def main() -> None:
    """Print both tables."""
    print("\n".join(f"  {line}" for line in counted().lines()))
    print(
        "  each class of input, 60 tickets: milliseconds to the first byte (median, p95), to the last, of a"
        " processor, bytes"
    )
    left: list[Painted] = []
    for name, press, before in CLASSES:
        took = timed(press, before)
        tell(name, [one for key, one in took if key != ESC])
        left += [one for key, one in took if key == ESC]
    tell("esc from any of them", left)
    print("  After esc the toolkit waits 100 ms for the rest of a sequence; ESCDELAY=25 makes it less.")


if __name__ == "__main__":
    main()
