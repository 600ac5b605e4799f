"""The conversation: nothing is lost by folding, files keep their numbers, long threads stay quick."""

from __future__ import annotations

import pytest
from textual.message import Message

from deskterm.symbols import UNICODE
from deskterm.widgets.blocks import Block, Look, file_size, folds_of, lay_out, with_older_collapsed
from deskterm.widgets.conversation import Conversation, Head
from deskterm.widgets.paint import words
from store.model import File, Kind
from tests.deskterm.screens import Stand, posted, text_of

HEAD = Head("#7 Export fails")


def _block(number: int, text: str = "", **rest: object) -> Block:
    return Block(
        f"b{number}", Kind.IN, f"Author {number}", "08:29", "customer", text or f"Text {number}", **rest
    )


def _said(blocks: list[Block], **look: object) -> list[str]:
    return [words(line.runs) for line in lay_out(blocks, Look(60, UNICODE, **look))[0]]


def test_folds_are_read_as_they_are_kept() -> None:
    assert folds_of("q12-40 s44-46") == (("q", 12, 40), ("s", 44, 46))
    assert folds_of("q3") == (("q", 3, 3),)
    assert folds_of("") == ()


def test_folded_lines_become_one_and_unfolding_shows_every_one() -> None:
    text = "\n".join(["Hello", "> one", "> two", "bye", "-- ", "me"])
    block = _block(1, text, folds=(("q", 1, 2), ("s", 4, 5)))
    folded = _said([block])
    assert "   > show quoted text (2 lines)" in folded and "   > show signature (2 lines)" in folded
    assert not any("two" in line for line in folded)
    opened = _said([block], opened=frozenset({"fold:b1:0", "fold:b1:1"}))
    assert [line.strip() for line in opened if line][1:] == ["Hello", "> one", "> two", "bye", "--", "me"]


@pytest.mark.parametrize(
    "folds", [(("q", 5, 9),), (("q", 3, 1),), (("q", 0, 99),), (("q", 0, 1), ("q", 1, 2))]
)
def test_spans_that_do_not_fit_the_text_lose_no_line(folds: tuple[tuple[str, int, int], ...]) -> None:
    block = _block(1, "one\ntwo\nthree", folds=folds)
    opened = frozenset(f"fold:b1:{n}" for n in range(3))
    assert [line.strip() for line in _said([block], opened=opened)[1:] if line] == ["one", "two", "three"]


def test_older_messages_are_one_line_until_opened() -> None:
    blocks = list(with_older_collapsed([_block(n) for n in range(10)], keep=3))
    lines = _said(blocks)
    assert lines[0] == " ▸ 7 earlier messages (from 08:29)"
    assert sum("Author" in line for line in lines) == 3
    short = with_older_collapsed([_block(n) for n in range(4)], keep=3)
    assert not any(block.collapsed for block in short)


def test_files_are_numbered_through_the_whole_conversation_even_when_collapsed() -> None:
    file = File("a.png", "image/png", 2_100_000, "x")
    blocks = [_block(1, files=(file, file), collapsed=True), _block(2, files=(file,))]
    assert any("[3] a.png 2.1 MB" in line for line in _said(blocks))


@pytest.mark.parametrize(("size", "shown"), [(12, "12 B"), (14_000, "14 kB"), (2_100_000, "2.1 MB")])
def test_sizes_for_people(size: int, shown: str) -> None:
    assert file_size(size) == shown


def test_a_letter_from_right_to_left_says_so() -> None:
    assert "right to left" in _said([_block(1, "שלום")])[0]
    assert "right to left" not in _said([_block(1, "hello")])[0]


async def test_the_pane_shows_the_last_message_and_scrolls() -> None:
    shown = Conversation()
    blocks = [_block(n, "\n".join(f"line {n}.{k}" for k in range(20))) for n in range(6)]
    async with Stand(shown).run_test(size=(60, 20)):
        shown.show(HEAD, blocks)
        assert any("Author 5" in line for line in text_of(shown))
        shown.scroll_lines(-1_000)
        assert any("Author 0" in line for line in text_of(shown))
        shown.scroll_pages(1)
        assert any("line 0.19" in line for line in text_of(shown))
        shown.scroll_lines(1_000)
        assert any("line 5.19" in line for line in text_of(shown))


async def test_the_same_ticket_read_again_keeps_its_place_and_what_is_unfolded() -> None:
    shown = Conversation()
    quoted = _block(0, "a\n> b\n> c", folds=(("q", 1, 2),))
    long = _block(1, "\n".join(str(k) for k in range(60)))
    async with Stand(shown).run_test(size=(60, 20)):
        shown.show(HEAD, [quoted, long])
        shown.scroll_lines(-1_000)
        shown.unfold()
        assert any("> c" in line for line in text_of(shown))
        shown.show(HEAD, [quoted, long, _block(2)], draft="draft, 2 lines, saved 09:38")
        assert any("> c" in line for line in text_of(shown))
        shown.unfold()
        assert any("show quoted text" in line for line in text_of(shown))
        shown.show(Head("#8 Another"), [_block(3)], draft="draft, 2 lines, saved 09:38")
        assert "✎ draft, 2 lines, saved 09:38" in "\n".join(text_of(shown))


async def test_an_empty_one_says_why_and_a_click_opens_a_file_or_a_fold() -> None:
    shown = Conversation()
    seen: list[Message] = []
    async with Stand(shown).run_test(size=(60, 20), message_hook=seen.append) as pilot:
        shown.show(HEAD, [], empty="No message yet: made by hand by Ann.")
        assert "made by hand by Ann" in "\n".join(text_of(shown))
        file = File("a.png", "image/png", 100, "x")
        shown.show(Head("#9"), [_block(1, "x\n> y", folds=(("q", 1, 1),), files=(file,))])
        rows = text_of(shown)
        await pilot.click(shown, offset=(6, next(y for y, row in enumerate(rows) if "show quoted" in row)))
        rows = text_of(shown)
        assert any("> y" in row for row in rows)
        await pilot.click(shown, offset=(6, next(y for y, row in enumerate(rows) if "[1]" in row)))
        await pilot.pause()
        assert [message.number for message in posted(seen, Conversation.FileClicked)] == [1]


async def test_text_dragged_over_with_the_mouse_is_the_text_below_it() -> None:
    shown = Conversation(edge=True)
    app = Stand(shown)
    async with app.run_test(size=(60, 20)) as pilot:
        shown.show(HEAD, [_block(1, "alpha beta\ngamma")])
        await pilot.pause()
        row = next(y for y, text in enumerate(text_of(shown)) if "alpha" in text)
        await pilot.mouse_down(shown, offset=(10, row))
        await pilot.hover(shown, offset=(13, row))
        await pilot.mouse_up(shown, offset=(13, row))
        await pilot.pause()
        assert (app.screen.get_selected_text() or "").strip() in ("beta", "bet")


def test_a_long_thread_lays_out_what_is_open_only() -> None:
    blocks = with_older_collapsed([_block(n, "word " * 400) for n in range(200)])
    lines, starts = lay_out(blocks, Look(90, UNICODE))
    assert len(lines) < 120 and len(starts) == 200
