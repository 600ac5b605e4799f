"""The desk as a process in a real terminal: endings, signals, the editor, and what survives a kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from deskterm.app import unfit
from tests.rigs.stage import copied
from tests.rigs.terminal import LEAVES, PYTHON, Terminal, environment

READY = "e solve"


def desk(
    home: Path, *, size: tuple[int, int] = (120, 40), controls: bool = True, **env: str
) -> Terminal:  # fmt: skip
    """The practice desk in a terminal, its first screen drawn."""
    command = [PYTHON, "-m", "tests.rigs.opened", str(home), (home / "clock").read_text().strip()]
    found = Terminal(command, size=size, controls=controls, env=environment(**env))
    try:
        found.until(READY)
        found.quiet()
    except BaseException:
        found.__exit__()
        raise
    return found


def entries(home: Path) -> int:
    with sqlite3.connect(home / "desk.db") as conn:
        return int(conn.execute("SELECT count(*) FROM entry").fetchone()[0])


def drafts(home: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(home / "desk.db") as conn:
        return conn.execute("SELECT kind, text FROM draft").fetchall()


def test_M10_a_second_mistake_ends_with_one_sentence_and_without_any_value(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home, DESKTERM_TEST_BREAK="1") as terminal:
        terminal.send("rkept in time")
        terminal.until("kept in time")
        terminal.send("\x0c")
        terminal.until("the desk goes on")
        terminal.send("\x0c")
        assert terminal.wait() == 1
        left = bytes(terminal.data).rpartition(LEAVES)[2]
    assert b"deskterm stopped on a mistake of its own (RuntimeError)" in left
    assert b"hunter2" not in terminal.data and b"Traceback" not in terminal.data
    report = home / "crash.log"
    assert "hunter2" not in report.read_text() and "opened.py" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert drafts(home) == [("out", "kept in time")]


def test_M08_a_mistake_in_a_handler_is_a_sentence_and_the_desk_goes_on(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home, DESKTERM_TEST_BREAK="1") as terminal:
        before = entries(home)
        terminal.send("\x0c")
        terminal.until("A mistake of deskterm's own (RuntimeError) stopped that; the desk goes on.")
        assert "crash.log" in terminal.text and b"hunter2" not in terminal.data
        assert "hunter2" not in (home / "crash.log").read_text()
        terminal.send("e")
        terminal.until("z to undo")
        assert entries(home) > before
        terminal.send("q")
        assert terminal.wait() == 0


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("controls", [False, True])
def test_M11_a_terminal_that_vanishes_ends_the_desk_and_keeps_the_draft(
    controls: bool, busy: bool, tmp_path: Path
) -> None:
    """With a SIGHUP, as when ssh drops, and without, as under setsid; idle, and with much to be drawn."""
    home = copied(tmp_path)
    with desk(home, controls=controls) as terminal:
        terminal.send("rhalf a sentence")
        terminal.until("half a sentence")
        if busy:
            terminal.send(" x" * 300)
        terminal.vanish()
        assert terminal.wait() in (129, -signal.SIGHUP)
    ((kind, text),) = drafts(home)
    assert kind == "out" and text.startswith("half a sentence")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"])
def test_M11_a_signal_puts_the_terminal_back_and_keeps_the_draft(name: str, tmp_path: Path) -> None:
    home, number = copied(tmp_path), getattr(signal, name)
    with desk(home) as terminal:
        terminal.send("rhalf a sentence")
        terminal.until("half a sentence")
        terminal.kill(number)
        assert terminal.wait() == 128 + number
        assert LEAVES in terminal.data and b"\x1b[?25h" in terminal.data
    assert drafts(home) == [("out", "half a sentence")]


def test_what_was_written_before_a_pause_survives_being_killed(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        terminal.send("rThe first half.")
        terminal.until("draft saved")
        terminal.send(" The second.")
        terminal.until("The second.")
        terminal.kill(signal.SIGKILL)
        terminal.wait()
    assert drafts(home) == [("out", "The first half.")]
    with desk(home) as terminal:
        terminal.send("r")
        terminal.until("The first half.")


def test_keys_in_one_write_act_in_order(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        terminal.send("jjrHello, in one write.")
        terminal.until("Hello, in one write.")
        terminal.send("\x1b")
        terminal.until("one key, or enter")
        terminal.send("qgd")
        terminal.until("Drafts 1")
        terminal.until("reply: Hello, in one write.")
    assert drafts(home) == [("out", "Hello, in one write.")]


def test_a_bracketed_paste_into_the_queue_runs_nothing(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        before = entries(home)
        terminal.send("\x1b[200~ee j#\rq\x1b[201~")
        terminal.quiet(0.4)
        assert entries(home) == before and terminal.lines[3].startswith("> ")


EDITOR = """#!/bin/sh
grep -q 'In the box' "$1" || exit 9
printf 'From the editor.\\n' >> "$1"
printf 'editor was here'
"""


def test_the_editor_and_back_with_mouse_and_screen_as_before(tmp_path: Path) -> None:
    home, script = copied(tmp_path), tmp_path / "editor"
    script.write_text(EDITOR)
    script.chmod(0o755)
    with desk(home, EDITOR=str(script)) as terminal:
        terminal.send("rIn the box. ")
        terminal.until("In the box.")
        at = len(terminal.data)
        terminal.send("\x05")
        terminal.until("From the editor.")
        terminal.quiet()
        since = bytes(terminal.data[at:])
        there, back = since.index(b"editor was here"), since.rindex(b"\x1b[?1049h")
        assert since.index(LEAVES) < there < back
        assert b"\x1b[?1000h" in since[there:], "the mouse is off after the editor"
        terminal.send("!")
        terminal.until("editor.!")
        terminal.send("\x1b")
        terminal.until("draft saved")
    assert drafts(home)[0][1].startswith("In the box.") and not list(home.glob("reply-*"))


def test_an_editor_that_cannot_start_or_fails_keeps_the_text(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home, EDITOR="/no/such/editor") as terminal:
        terminal.send("rWords.")
        terminal.until("Words.")
        terminal.send("\x05")
        terminal.until("could not be started")
        assert "Words." in terminal.text
    with desk(home, EDITOR="false") as terminal:
        terminal.send("R")
        terminal.until("false ended with 1; the text is as it was.")


def test_suspending_gives_the_shell_its_screen_and_comes_back(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        at = len(terminal.data)
        terminal.send("\x1a")
        stopped = lambda: "T" in Path(f"/proc/{terminal.pid}/stat").read_text().split(") ")[1][:1]  # noqa: E731
        if not Path("/proc/self/stat").exists():
            pytest.skip("needs /proc to see a stopped process")
        terminal.until(stopped)
        assert LEAVES in terminal.data[at:]
        at = len(terminal.data)
        terminal.kill(signal.SIGCONT)
        terminal.until(lambda: b"\x1b[?1049h" in terminal.data[at:])
        terminal.until(READY)
        terminal.send("e")
        terminal.until("z to undo")


def test_quitting_is_clean(tmp_path: Path) -> None:
    with desk(copied(tmp_path), size=(80, 24)) as terminal:
        terminal.send("q")
        assert terminal.wait() == 0
        assert LEAVES in terminal.data
        assert bytes(terminal.data).rpartition(LEAVES)[2].count(b"\n") == 0


def test_a_dragged_window_while_writing_keeps_every_letter(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        terminal.send("r")
        terminal.until("WRITING")
        for n, size in enumerate([(80, 24), (60, 20), (30, 8), (200, 50), (90, 15), (120, 40)]):
            terminal.resize(*size)
            terminal.send(f"{n} ")
            terminal.quiet(0.05)
        terminal.until("0 1 2 3 4 5")
        terminal.send("\x1b")
        terminal.until("one key, or enter")
        terminal.send("q")
        terminal.until("draft, 1 line")
    assert drafts(home) == [("out", "0 1 2 3 4 5 ")]


def test_what_cannot_draw_is_refused_with_the_way_out() -> None:
    assert "deskterm ls" in unfit({"TERM": "dumb"}, True)
    assert "deskterm ls" in unfit({"TERM": "xterm"}, False)
    assert unfit({"TERM": "xterm-256color"}, True) == ""
    assert os.linesep not in unfit({"TERM": "dumb"}, True)


def test_a_dumb_terminal_gets_a_sentence_and_no_control_codes(tmp_path: Path) -> None:
    home = copied(tmp_path)
    command = [PYTHON, "-m", "deskterm", "--home", str(home)]
    with Terminal(command, env=environment(TERM="dumb")) as terminal:
        assert terminal.wait() == 4
        assert b"\x1b" not in terminal.data and b"deskterm ls" in terminal.data
        assert bytes(terminal.data).count(b"\n") == 1


def test_a_draft_is_kept_while_keys_go_on_without_a_pause(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        terminal.send("r")
        terminal.until("Esc leaves the text")
        end = time.monotonic() + 20
        while not drafts(home) and time.monotonic() < end:
            terminal.send("word ")
            terminal.read(0.2)
        terminal.kill(signal.SIGKILL)
        terminal.wait()
    ((_, kept),) = drafts(home)
    assert kept.startswith("word ")


def test_a_draft_survives_a_kill_two_seconds_after_its_last_key(tmp_path: Path) -> None:
    home = copied(tmp_path)
    with desk(home) as terminal:
        terminal.send("r")
        terminal.until("Esc leaves the text")
        terminal.send("The last words.")
        terminal.until("The last words.")
        end = time.monotonic() + 2
        while time.monotonic() < end:
            terminal.read(0.1)
        terminal.kill(signal.SIGKILL)
        terminal.wait()
    assert drafts(home) == [("out", "The last words.")]


RULE_EDITOR = """#!/bin/sh
case "$1" in *.toml) sed -i 's/chargeback/chargebacks/' "$1"; echo '# mine' >>"$1";; *) exit 9;; esac
"""


def test_a_rule_is_edited_from_its_screen(tmp_path: Path) -> None:
    home, script = copied(tmp_path), tmp_path / "editor"
    script.write_text(RULE_EDITOR)
    script.chmod(0o755)
    with desk(home, EDITOR=str(script)) as terminal:
        terminal.send("gR")
        terminal.until("acted 0")
        terminal.send("e")
        terminal.until("Saved rule Tag refunds")
        terminal.until("received: refund OR chargebacks")
        terminal.send("n")
        terminal.until("A new rule")
        terminal.send("Money back\r")
        terminal.until("Saved rule Money back")
