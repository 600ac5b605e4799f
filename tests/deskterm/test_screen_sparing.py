"""What the desk writes to a real terminal: few bytes for a key, and a screen as if all had been painted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.stage import copied
from tests.rigs.terminal import PYTHON, Terminal, environment

REST = 0.12
"""Seconds of silence after which a paint is over."""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The practice desk, on a clock that stands still."""
    home = copied(tmp_path)
    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\nprintf '\\033[2J\\033[3;3Hthe editor was here'\n")
    script.chmod(0o755)
    command = [PYTHON, "-m", "tests.rigs.opened", str(home), (home / "clock").read_text().strip(), "still"]
    with Terminal(command, env=environment(COLORTERM="truecolor", EDITOR=str(script))) as found:
        found.until("e solve")
        found.quiet(0.5)
        yield found


def cells(terminal: Terminal) -> list[list[object]]:
    """Letters and colours of the whole screen."""
    buffer = terminal.screen.buffer
    return [[buffer[y][x] for x in range(terminal.columns)] for y in range(terminal.rows)]


def written(terminal: Terminal, keys: str) -> int:
    """Bytes that keys bring."""
    before = len(terminal.data)
    terminal.send(keys)
    terminal.quiet(REST)
    return len(terminal.data) - before


def test_what_is_painted_sparingly_is_what_a_whole_paint_shows(terminal: Terminal) -> None:
    """A resize to the same size makes the desk paint everything, as it does when the editor has gone."""
    for keys in ("jjx", "p", "4", "/ex", "\r", "z\x1b", "rHello", "\x05", "\x1b", "qg/", "export"):
        written(terminal, keys)
        if keys == "rHello":
            terminal.until("draft saved")
        sparing, whole = twice(terminal, rest=REST)
        if sparing != whole:  # the desk was not done with the key on a busy machine
            sparing, whole = twice(terminal, rest=1)
        assert sparing == whole, f"after {keys!r}:\n{terminal.text}"


def twice(terminal: Terminal, *, rest: float) -> tuple[list[list[object]], list[list[object]]]:
    """The screen as it stands, and as it is when everything was painted on an empty one."""
    terminal.quiet(rest)
    there, before = cells(terminal), len(terminal.data)
    terminal.screen.erase_in_display(2)
    terminal.kill(signal.SIGWINCH)
    terminal.quiet(rest)
    assert len(terminal.data) - before > 4_000, "not everything was painted anew"
    return there, cells(terminal)


def test_a_key_writes_what_it_changed_and_no_more(terminal: Terminal) -> None:
    assert written(terminal, "\x0c") > 12_000, "ctrl+l paints everything"
    assert written(terminal, "p") < 4_000, "a box that opens"
    assert written(terminal, "4") < 9_000, "a box that closes over a ticket that goes down the list"
    assert written(terminal, "z") < 7_000, "an undo that brings it back"
    written(terminal, "+")
    written(terminal, "j")
    assert max(written(terminal, "j") for _ in range(3)) < 1_000, "the cursor, in the list alone"


def test_at_rest_nothing_is_written(terminal: Terminal) -> None:
    late = 0
    while terminal.read(1.1):  # what the start left behind on a busy machine
        late += 1
        assert late < 20, "the desk writes every second or more often"
