"""What the screen does for the new and the unlucky: tour, lessons, reasons, undo that stays, copies."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from deskterm.actions import ACTIONS, ANYWHERE, LIST
from deskterm.config import load, save
from deskterm.screens import copying
from deskterm.screens.touring import OVER, STEPS
from tests.deskterm.shell import ok
from tests.rigs.stage import Stage, copied, on_stage

KEYS = (
    ("j", "j"), ("enter", "escape"), ("e",), ("z",), ("h", "m"), ("r", "=Hello."), ("escape", "y"), ("z",),
    ("escape", "q"), ("/", "=a", "escape"), ("g", "a"), ("?",),
)  # fmt: skip
"""What is pressed for each step of the tour."""


def tour(stage: Stage) -> str:
    """The line of the tour, as it is painted."""
    line = stage.main.query_one("#tour")
    return " ".join(" ".join(strip.text for strip in line.render_lines(line.size.region)).split())


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_tour_is_walked_by_keys_and_notices_each_step(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        await stage.press("g", "t")
        assert len(KEYS) == len(STEPS)
        for n, (keys, step) in enumerate(zip(KEYS, STEPS, strict=True), 1):
            assert tour(stage).startswith(f"{n} of {len(STEPS)} {step.words}"), tour(stage)
            await stage.press(*keys)
        await stage.press("escape")
        assert tour(stage).startswith(OVER)
        await stage.press("g", "t")
        assert not stage.main.query("#tour")


async def test_the_tour_waits_for_what_it_asked_for_and_can_be_left_and_begun_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("g", "t", "e", "z", "j")
        assert tour(stage).startswith("1 of")
        await stage.press("j")
        assert tour(stage).startswith("2 of")
        await stage.press("g", "t")
        assert not stage.main.query("#tour")
        await stage.press("j", "g", "t")
        assert tour(stage).startswith("1 of")


async def test_a_real_desk_has_no_tour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        (stage.desk.home / "clock").unlink()
        await stage.press("g", "t")
        assert "deskterm demo --tour" in stage.status and not stage.main.query("#tour")


async def test_what_is_fetched_a_third_time_from_the_palette_teaches_its_key(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for n in range(3):
            await stage.press(":", "=customer", "enter")
            assert ("P does that too: customer" in stage.status) is (n == 2)
        await stage.press("j")
        assert "does that too" not in stage.status


async def test_the_undo_stays_in_the_status_line_until_the_next_act(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("e")
        said = stage.status
        assert "z to undo" in said
        stage.clock.now += 120
        await stage.press("j", "k", "enter", "escape", ":", "escape", "]", "[")
        assert "z to undo" in stage.status and said.split("Solved")[1] == stage.status.split("Solved")[1]


async def test_what_cannot_be_done_says_why_when_pressed_and_in_the_palette(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("/", "=nobodywroteever", "enter")
        assert stage.main.list.line is None
        await stage.main.arm()
        silent: list[str] = []
        for action in ACTIONS:
            why = stage.main.helping.why_off(action.id)
            if not why or not {LIST, ANYWHERE, "ticket"} & set(action.where):
                continue
            stage.main.telling.clear()
            before = stage.status
            await stage.main.perform(action.id, 1)
            await stage.settle()
            if stage.status == before:
                silent.append(f"{action.id}: {why}")
            assert stage.app.screen is stage.main, f"{action.id} opened something for no ticket"
        assert not silent


@pytest.mark.parametrize(
    ("text", "environ", "words"),
    [
        ("short", {"TERM": "xterm-256color"}, ""),
        ("short", {"TERM": "linux"}, "takes nothing"),
        ("short", {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "takes nothing"),
        ("x" * copying.MOST, {"TERM": "xterm"}, ""),
        ("é" * (copying.MOST // 2 + 1), {"TERM": "xterm"}, "too long"),
    ],
)
def test_a_terminal_that_would_not_take_a_copy_is_known(
    text: str, environ: dict[str, str], words: str
) -> None:
    assert (words in copying.deaf(text, environ)) is True
    assert bool(copying.deaf(text, environ)) is bool(words)


async def test_a_copy_no_clipboard_takes_is_a_file_and_its_path_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        monkeypatch.setenv("TERM", "linux")
        await stage.press("y", "i")
        path = stage.desk.home / "files" / "copied.txt"
        assert path.read_text() == f"#{stage.line.number}" and stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stage.app.clipboard == str(path) and "copied.txt" in stage.status


async def test_a_colleagues_reply_is_said_while_one_is_written(tmp_path: Path) -> None:
    home = copied(tmp_path)
    async with on_stage(tmp_path, home=home) as stage:
        number = str(stage.line.number)
        await stage.press("r", "=Half")
        save(home, msgspec.structs.replace(load(home), agent="Ann"))
        ok(home, "reply", number, "-m", "Ann was faster.")
        await stage.until(lambda: "Moved since you began: Ann" in stage.text)
        await stage.press("= a word")
        assert stage.main.composer.text == "Half a word"
