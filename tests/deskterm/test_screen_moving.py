"""Moving on the screen: lists, filter, queues, panes, mouse; and that new mail moves nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import msgspec
import pytest
from textual.messages import Update

from deskterm import attachments, panes
from deskterm.desk import Desk
from deskterm.screens import following
from deskterm.screens.customer import CustomerScreen
from deskterm.screens.reading import HistoryScreen
from deskterm.widgets.lines import HintsLine, TabsLine
from store.model import File, Queue
from store.reads import queues
from tests.rigs.mail import letter, take
from tests.rigs.stage import Stage, on_stage, opened


async def test_the_filter_narrows_while_typing_and_escape_brings_the_queue_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        whole = stage.main.list.total
        await stage.press("slash", "=tag:export")
        await stage.until(lambda: "Mine, tag:export" in stage.text)
        await stage.press("enter")
        assert stage.main.list.has_focus and stage.main.list.total < whole
        await stage.press("escape")
        assert stage.main.list.total == whole and stage.main.showing.view.filter == ""


async def test_a_wrong_word_is_said_in_place_and_leaves_the_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        whole = stage.main.list.total
        await stage.press("slash", "=color:red", "enter")
        assert 'There is no field "color".' in stage.status
        assert stage.main.filter.has_focus and stage.main.list.total == whole
        assert stage.main.query_one("#status").size.height > 2
        await stage.press("escape")
        assert stage.status == "" and stage.main.list.has_focus


async def test_a_filter_without_a_hit_says_what_to_do(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("slash", "=tag:nowhere", "down")
        assert "Nothing matches tag:nowhere" in stage.text
        assert "esc clears, g / searches everything" in stage.text


async def test_g_lists_its_choices_and_goes_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("g")
        for words in (
            "i mine",
            "u unassigned",
            "s snoozed",
            "d drafts",
            "/ search",
            "h history",
            "e errors",
            "c this customer",
            "o outbox",
            ", settings",
        ):
            await stage.until(lambda words=words: words in " ".join(" ".join(stage.lines[-3:]).split()))
        stage.main.telling.status()
        assert "u unassigned" in stage.text, "what else is told leaves the choices there"
        await stage.press("s")
        assert "Snoozed · 6" in stage.text and "u unassigned" not in stage.hints
        await stage.press("g", "g")
        assert stage.main.list._cursor == 0


@pytest.mark.parametrize(("keys", "title"), [("]", "Unassigned"), ("[", "All open"), ("4", "Waiting")])
async def test_queues_by_bracket_and_number(keys: str, title: str, tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press({"]": "right_square_bracket", "[": "left_square_bracket"}.get(keys, keys))
        assert stage.lines[1].startswith(f"━ {title} · ")
        await stage.press("9")
        assert stage.status == "There is no queue 9."


@pytest.mark.parametrize("keys", [("f",), ("r",), ("H",), ("g", "c"), ("y", "i"), ("tab", "O", "1")])
async def test_a_key_before_the_panes_have_followed_is_about_the_ticket_under_the_cursor(
    keys: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        other = stage.main.list._line(1)
        assert other is not None
        monkeypatch.setattr(following, "FOLLOW", 60.0)
        monkeypatch.setattr(
            attachments, "numbered", lambda said: [(said[0].message, File("june.csv", "text/csv", 3, ""))]
        )
        monkeypatch.setattr(attachments, "save", lambda _, message, *__, **___: message.ticket)
        stage.main.showing._after._moved = time.monotonic()
        await stage.act("j")
        assert stage.main.showing.following
        await stage.act(*keys)
        screen, written = stage.app.screen, stage.main.letter
        if written is not None:
            assert written.ticket.id == other.id
        elif isinstance(screen, HistoryScreen):
            assert screen.ticket == other.id
        elif isinstance(screen, CustomerScreen):
            assert screen.person.customer.id == stage.ticket(other.number or 0).customer
        else:
            assert stage.status.startswith((f"Copied #{other.number} ", f"Saved {other.id}"))


async def test_the_open_tab_stays_open_where_the_order_of_the_queues_is_another(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("2")
        stage.desk.settings = msgspec.structs.replace(stage.desk.settings, queue_order=("All open",))
        stage.app.settings_changed()
        showing_ = stage.main.showing
        assert showing_.tabs[0].name == "All open"
        assert showing_.tabs[showing_.active].name == "Unassigned" == showing_.view.queue.name
        await stage.press("]")
        assert showing_.view.queue.name == "Team"


async def test_sorting_keeps_the_cursor_on_its_ticket(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("j", "j", "j")
        here = stage.line.id
        await stage.press("S", "n")
        assert stage.line.id == here and "newest" in stage.lines[1]


async def test_escape_goes_back_one_step_at_a_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("slash", "=tag:export", "enter", "x", "enter", "plus")
        assert stage.main.has_class("zoom-talk") and stage.main.talk.has_focus
        await stage.press("escape")
        assert not stage.main.has_class("zoom-talk") and stage.main.talk.has_focus
        await stage.press("escape")
        assert stage.main.list.has_focus and "selected" in stage.status
        await stage.press("escape")
        assert "selected" not in stage.status and stage.main.showing.view.filter == "tag:export"
        await stage.press("escape")
        assert stage.main.showing.view.filter == ""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_the_customer_stands_beside_or_over(size: tuple[int, int], tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        beside = size[0] >= 120
        assert ("Ann Weber" in stage.text) is beside
        await stage.press("P")
        assert ("Ann Weber" in stage.text) is not beside
        await stage.press("P")
        assert ("Ann Weber" in stage.text) is beside


async def test_escape_takes_the_customer_away_who_stands_over_what_is_read(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("enter", "P")
        assert stage.main.who.display and stage.main.who.size.width > 20
        await stage.press("J", "escape")
        assert not stage.main.who.display and stage.main.talk.has_focus
        await stage.press("P", "P", "J", "escape")
        assert stage.main.list.has_focus


async def test_the_conversation_of_a_narrow_screen_opens_and_closes(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(60, 20)) as stage:
        assert "Any news?" not in stage.text
        await stage.press("enter")
        assert "Any news?" in stage.text and "esc back" in stage.hints
        await stage.press("escape")
        assert "Any news?" not in stage.text and stage.main.list.has_focus


async def test_opening_a_ticket_marks_it_read_and_undo_passes_over_that(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        assert stage.ticket(number).unread
        await stage.press("enter")
        assert not stage.ticket(number).unread
        await stage.press("escape", "z")
        assert "read" not in stage.status


async def test_clicks_on_tabs_hints_rows_and_files(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.pilot.click(TabsLine, offset=(14, 0))
        await stage.settle()
        assert stage.lines[1].startswith("━ Unassigned")
        await stage.press("1")
        await stage.pilot.click("#list", offset=(20, 3))
        await stage.settle()
        second = stage.line.id
        assert second != stage.main.list._line(0).id  # type: ignore[union-attr]
        await stage.pilot.click("#list", offset=(20, 3), times=2)
        await stage.settle()
        assert stage.main.talk.has_focus and stage.line.id == second
        await stage.press("escape")
        await stage.pilot.click(HintsLine, offset=(stage.hints.index("snooze") + 1, 0))
        await stage.settle()
        assert "Snooze #" in stage.text


async def test_pasting_into_the_queue_does_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        before, lseq = stage.text, stage.desk.store.last_lseq()
        await stage.paste("ee j # q\n")
        assert stage.text == before and stage.desk.store.last_lseq() == lseq
        assert stage.app.is_running and not stage.app._exit


def elsewhere(stage: Stage) -> Desk:
    """The same desk in another process's hands."""
    desk, _ = opened(stage.desk.home, now=stage.clock.now)
    return desk


async def test_new_mail_moves_neither_the_cursor_nor_its_row(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("2", *["j"] * 5)
        here, row, count = (
            stage.line.id,
            stage.main.list._cursor_row() - stage.main.list._top,
            stage.main.list.total,
        )
        other = elsewhere(stage)
        await asyncio.to_thread(
            take, other, *[letter(n, when=stage.clock.now, subject=f"Fresh {n}") for n in range(3)]
        )
        other.close()
        await stage.until(lambda: stage.main.list.total == count + 3)
        assert stage.line.id == here
        assert stage.main.list._cursor_row() - stage.main.list._top == row


async def test_mail_for_another_queue_is_told_in_its_tab_and_own_acts_are_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "+" not in stage.lines[0]
        await stage.press("w")
        assert "Waiting 13" in stage.lines[0] and "+" not in stage.lines[0]
        other = elsewhere(stage)
        await asyncio.to_thread(take, other, letter(1, when=stage.clock.now))
        other.close()
        await stage.until(lambda: "Unassigned 13 +1" in stage.lines[0])
        await stage.press("2")
        assert "Unassigned 13 +" not in stage.lines[0] and "All open 56 +1" in stage.lines[0]


async def test_clocks_go_on_without_moving_the_cursor(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "-0:12" in stage.lines[3]
        here = stage.line.id
        stage.clock.now += 120
        await stage.until(lambda: "-0:14" in stage.lines[3])
        assert stage.line.id == here


async def test_keys_in_one_burst_act_in_order_and_none_is_lost(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        third = stage.main.list._line(2)
        assert third is not None
        await stage.burst("j", "j", "r", "=Hello, all at once.", "escape", "q")
        assert stage.line.id == third.id
        draft = stage.desk.conn.execute("SELECT ticket, text FROM draft").fetchall()
        assert draft == [(third.id, "Hello, all at once.")]
        await stage.burst("p", "4", "t", "=quick", "enter", "e")
        found = stage.ticket(third.number or 0)
        assert (found.status.value, found.priority, "quick" in found.tags) == ("solved", 4, True)


async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("j", "r", "=Half a sentence")
        here = stage.line.id
        await stage.resize(30, 8)
        assert "too small, 40x10 needed" in stage.text
        await stage.resize(120, 40)
        assert "Half a sentence" in stage.text and stage.line.id == here


async def test_the_help_is_searched_runs_what_it_finds_and_says_why_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("question_mark", "=again")
        assert "Nothing to repeat yet." in stage.text
        await stage.press("enter")
        assert stage.app.screen is not stage.main
        await stage.press("ctrl+u", "=take it")
        assert "It is yours already." in stage.text
        await stage.press("escape", "e", "question_mark", "=undo", "enter")
        assert stage.status.startswith("Undid solve")


async def test_the_palette_runs_any_command(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("colon", "=snoozed", "enter")
        assert stage.lines[1].startswith("━ Snoozed")


async def test_escape_leads_back_from_what_was_found_to_the_queue_and_its_cursor(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(60, 20)) as stage:
        await stage.press("2", "j", "j")
        before = stage.line.id
        await stage.press("g", "slash", "=refund", "enter", "enter")
        assert stage.main.reading and "[ ] queues" in stage.text and "All open" not in stage.lines[0]
        await stage.press("escape")
        assert "Everything" in stage.text
        await stage.press("escape")
        assert stage.main.showing.active == 1 and stage.line.id == before and "Everything" not in stage.text
        await stage.press("escape")
        assert stage.main.showing.active == 1


async def test_after_g_no_choice_is_broken_over_two_lines(tmp_path: Path) -> None:
    for size in ((120, 40), (80, 24), (60, 20)):
        async with on_stage(tmp_path / str(size), size=size) as stage:
            await stage.press("g")
            for words in ("i mine", "/ search", "c this customer", "R rules and promises", "t practice tour"):
                assert words in stage.text, (size, words)
            stage.main.telling.status()  # as a letter that comes in does
            await stage.settle()
            assert "i mine" in stage.text
            await stage.press("escape")


# How soon


async def test_what_the_panes_read_holds_no_key_and_comes_too_late_once_the_cursor_has_gone_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begun, go_on = panes.ticket, threading.Event(), threading.Event()
    async with on_stage(tmp_path) as stage:
        shown, slow = stage.line.id, stage.main.list._line(1)
        assert slow is not None

        def reads(desk: Desk, eid: str) -> panes.TicketPane:
            if eid == slow.id:
                begun.set()
                assert go_on.wait(60)
            return read(desk, eid)

        monkeypatch.setattr(panes, "ticket", reads)
        await stage.act("j")
        await stage.until(begun.is_set)
        assert stage.line.id == slow.id and stage.main.showing.pane is not None
        assert stage.main.showing.following and stage.main.showing.pane.ticket.id == shown
        await stage.act("j", "j")
        third = stage.line.id
        await stage.until(lambda: not stage.main.showing.following)
        go_on.set()
        await stage.settle()
        assert stage.main.showing.pane.ticket.id == stage.line.id == third


async def test_a_mistake_while_the_panes_read_is_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> panes.TicketPane:
        raise RuntimeError

    async with on_stage(tmp_path) as stage:
        stage.app.forgives = True
        with monkeypatch.context() as patch:
            patch.setattr(panes, "ticket", broken)
            await stage.act("j")
            await stage.until(lambda: "A mistake of deskterm's own (RuntimeError)" in stage.status)
            assert not stage.main.showing.following
        await stage.press("j")
        assert stage.main.showing.pane is not None and stage.main.showing.pane.ticket.id == stage.line.id


async def test_a_cursor_that_moved_is_painted_before_its_ticket_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[bool] = []
    async with on_stage(tmp_path) as stage:
        read = stage.main.showing._after.read

        def reads(ticket: str) -> None:
            painted.append(stage.main.list not in stage.main._dirty_widgets)
            read(ticket)

        await stage.until(lambda: not stage.main._layout_required)
        monkeypatch.setattr(stage.main.showing._after, "read", reads)
        await stage.press("j")
        assert painted == [True]


async def test_widgets_that_change_together_ask_for_one_paint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    async with on_stage(tmp_path) as stage:
        main, post = stage.main, stage.main.post_message
        monkeypatch.setattr(
            main,
            "post_message",
            lambda message: (isinstance(message, Update) and asked.append(message), post(message))[1],
        )
        for widget in (main.list, main.talk, main.who):
            widget.refresh_row(0)
        await stage.settle()
        assert len(asked) == 1 and not main._compositor._dirty_regions


async def test_a_key_of_the_list_goes_to_no_widget_and_one_that_means_nothing_goes_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []
    async with on_stage(tmp_path) as stage:
        monkeypatch.setattr(
            stage.main.list, "_forward_event", lambda event: handed.append(getattr(event, "key", ""))
        )
        await stage.press("j", "f9", "g", "f9", "k")
        assert handed == ["f9"]  # the second ended a sequence, and was the end of it


async def test_a_queue_that_somebody_changes_shows_what_it_says_now(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("3")
        name, before = stage.main.showing.view.queue.name, stage.main.list.total
        other = Desk.open(stage.desk.home, settings=stage.desk.settings, clock=stage.clock)
        try:
            other.save_doc("queue", name, queues.write(Queue(name, "is:open tag:export")))
        finally:
            other.close()
        await stage.until(lambda: stage.main.list.total < before)
        assert stage.main.showing.view.query == "is:open tag:export" and stage.main.showing.active == 2
