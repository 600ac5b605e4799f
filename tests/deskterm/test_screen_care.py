"""What the screen does for the new and the unlucky: tour, lessons, reasons, undo that stays, copies."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from deskterm.action import ANYWHERE, LIST
from deskterm.actions import ACTIONS
from deskterm.config import load, save
from deskterm.screens import copying
from deskterm.screens.touring import OVER, STEPS
from deskterm.symbols import UNICODE
from deskterm.widgets.picker import Picker
from deskterm.widgets.questions import Shown, choice_line
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


def shown_box(stage: Stage) -> list[str]:
    """The rows of a box over the screen, from its upper edge to its lower one."""
    first = next(n for n, line in enumerate(stage.lines) if "╭" in line)
    last = next(n for n, line in enumerate(stage.lines) if "╰" in line)
    return stage.lines[first : last + 1]


async def test_the_palette_is_as_tall_as_what_is_found_and_its_line_to_type_in_stays(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("colon")
        whole, line = shown_box(stage), stage.lines.index(shown_box(stage)[0])
        await stage.press("=snoo")
        found = shown_box(stage)
        assert len(found) == 7 < len(whole) and "snoozed" in "".join(found)
        assert stage.lines.index(found[0]) == line
        await stage.press("=zzzz")
        assert len(shown_box(stage)) == 6 and "Nothing matches" in stage.text
        await stage.press("ctrl+u")
        assert len(shown_box(stage)) == len(whole)


@pytest.mark.parametrize("keys", [("question_mark",), ("colon",), ("r", "escape", "question_mark")])
async def test_no_key_and_no_id_is_cut_where_there_is_room(keys: tuple[str, ...], tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press(*keys)
        screen = stage.app.screen
        assert isinstance(screen, Picker)
        question, room = screen.box.question, screen.box.size.width - 2
        drawn = Shown(room, UNICODE, with_detail=True, question=question)
        for choice in question.choices:
            row = "".join(run[0] for run in choice_line(choice, drawn, cursor=False, ticked=False))
            assert choice.off or (choice.id in row and choice.key in row), row


async def test_from_the_help_another_key_is_given_to_an_action(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("question_mark", "=ticket.take")
        assert "ctrl+k change its key" in stage.text
        await stage.press("ctrl+k", "ctrl+u", "=e")
        assert "both" in stage.text and "ticket.solve" in stage.text, "a clash is said at once"
        await stage.press("ctrl+u", "=I", "enter")
        assert stage.desk.settings.keys["ticket.take"] == ("I",)
        await stage.press("question_mark", "=setting.default", "ctrl+k")
        assert "In the settings" not in stage.text and "default:" in stage.text, (
            "here too, in the same screen"
        )


async def test_who_asks_nothing_is_not_answered_and_the_palette_says_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("colon", "=ask.accept")
        assert "It asks nothing." in stage.text


async def test_the_hints_name_the_key_that_leads_elsewhere_and_a_click_shows_where(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(120, 40)) as stage:
        y = stage.app.size.height - 1
        await stage.pilot.click(offset=(stage.lines[y].index("g go"), y))
        await stage.settle()
        assert "i mine" in stage.text and "o outbox" in stage.text
        await stage.press("u")
        assert "Unassigned" in stage.lines[1]


async def test_where_the_list_stands_alone_reading_is_hinted_first(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(40, 10)) as stage:
        assert "enter read" in stage.hints and "e solve" in stage.hints
        await stage.press("enter")
        assert "enter read" not in stage.hints and "esc back" in stage.hints


async def test_a_blank_of_a_macro_is_seen_before_it_can_reach_anyone(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(120, 40)) as stage:
        await stage.press("m", "slash", "=within 14")
        await stage.until(lambda: "refund of {{amount}} EUR" in stage.text)
        assert "1 blank to fill: amount" in stage.text and "ctrl+e edit its text first" in stage.text
        await stage.press("ctrl+e")
        assert stage.main.writing and "refund of {{amount}} EUR" in stage.main.composer.text
        assert stage.ticket(stage.line.number).status.value == "open", "only its text came"
        await stage.press("escape", "y")
        assert "A blank is not filled in." in stage.text


async def test_only_one_text_is_gone_over_at_a_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("x", "x", "m", "ctrl+e")
        assert not stage.main.writing and "One text at a time" in stage.text


async def test_the_bar_stands_below_the_promise_it_measures(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(120, 40)) as stage:
        late = next(n for n, line in enumerate(stage.lines) if "first reply" in line and "late" in line)
        assert "%" in stage.lines[late + 1] and "%" not in stage.lines[late + 3]


async def test_a_letter_without_a_subject_says_so_in_its_row(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("2", "slash", "=from:warehouse7", "enter")
        assert "(no subject)" in next(line for line in stage.lines if line.startswith(">"))


async def test_a_blank_with_words_of_its_own_has_them_in_the_preview_and_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path, size=(120, 40)) as stage:
        await stage.press("m")
        await stage.until(lambda: "the file tallybrook.log" in stage.text)
        assert "to fill" not in stage.text
        await stage.press("enter")
        assert "> tallybrook.log" in stage.text
        await stage.press("enter")
        assert "z to undo" in stage.text


@pytest.mark.parametrize(
    ("verb", "action"), [("sync", "desk.refresh"), ("doctor", "go.errors"), ("ls", "list.filter")]
)
async def test_a_verb_of_the_shell_finds_its_action_in_the_palette(
    verb: str, action: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("colon", f"={verb}")
        assert action in shown_box(stage)[3]


async def test_the_hidden_cursor_of_the_terminal_is_on_the_line_one_is_at(tmp_path: Path) -> None:
    """A braille display and a magnifier follow it."""
    async with on_stage(tmp_path, size=(100, 30)) as stage:
        for keys in (
            ("j",),
            ("j", "j"),
            ("k",),
            ("h",),
            ("down",),
            ("escape", "g", ","),
            ("j", "j"),
            ("escape", "g", "h"),
            ("j",),
        ):
            await stage.press(*keys)
            at = stage.app.cursor_position
            assert ">" in stage.lines[at.y][at.x : at.x + 4], f"after {keys}"
