"""Writing on the screen: replies, notes, drafts, what goes with them, and that no word is ever lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deskterm import drafting, moved
from store import outbox
from store.errors import StoreFull
from store.model import Kind, Status
from tests.rigs.mail import letter, messages, one, states, take
from tests.rigs.stage import Stage, on_stage, opened


def drafts(stage: Stage) -> list[tuple[str, str]]:
    return stage.desk.conn.execute("SELECT kind, text FROM draft").fetchall()


async def test_a_reply_is_queued_solves_and_can_be_called_back_into_the_composer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("r", "=Hello Dana.", "escape", "y")
        assert states(stage.desk)[-1] == "queued"
        assert stage.ticket(number).status is Status.SOLVED
        assert "queued · z to undo" in stage.status and "out 1" in stage.lines[0]
        await stage.press("z")
        assert states(stage.desk)[-1] == "called back"
        assert stage.ticket(number).status is Status.OPEN
        assert stage.main.writing and f"#{number} " in stage.lines[1]
        assert stage.main.composer.text.startswith("Hello Dana.\n\nOn ")
        assert "quoted:" not in stage.text, "the quote stands in the text already"


@pytest.mark.parametrize(("key", "status"), [("y", "solved"), ("Y", "open"), ("w", "waiting")])
async def test_the_command_row_says_and_does_what_becomes_of_the_ticket(
    key: str, status: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("r", "=Hello.", "escape")
        assert "y send + solve" in stage.text and "enter write on" in stage.hints
        await stage.press(key)
        assert stage.ticket(number).status.value == status


async def test_y_keeps_it_open_where_the_setting_says_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path, send_key="open") as stage:
        number = stage.line.number or 0
        await stage.press("r", "=Hello.", "escape")
        assert "y send + keep open" in stage.text
        await stage.press("y")
        assert stage.ticket(number).status is Status.OPEN


async def test_a_note_looks_different_and_never_leaves(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number, before = stage.line.number or 0, states(stage.desk)
        await stage.press("n", "=Between us.", "escape")
        assert "Note, only your team sees this" in stage.text and "y save note" in stage.text
        assert "send" not in stage.text and "cc" not in stage.lines[-5]
        await stage.press("y")
        last = messages(stage.desk, stage.ticket(number))[-1]
        assert last.kind is Kind.NOTE and states(stage.desk) == before


async def test_a_reply_becomes_a_note_with_the_same_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Not for them.", "escape", "n")
        assert "Note, only your team sees this" in stage.text
        assert drafts(stage) == [("note", "Not for them.")]
        await stage.press("escape", "n")
        assert "Reply to Dana Reyes" in stage.text and drafts(stage) == [("out", "Not for them.")]


async def test_every_pause_keeps_the_draft_and_r_goes_on_with_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=A first thought")
        await stage.until(lambda: drafts(stage) == [("out", "A first thought")], seconds=5)
        assert "draft saved" in stage.text
        await stage.press("escape", "q")
        assert "draft, 1 line, saved" in stage.text
        await stage.press("r", "=.")
        assert stage.main.composer.text == "A first thought."
        await stage.press("escape", "escape")
        assert drafts(stage) == [("out", "A first thought.")]


async def test_the_list_of_drafts_goes_on_with_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("n", "=Later", "escape", "q", "2", "g", "d")
        assert "Drafts 1" in stage.text and "note: Later" in stage.text
        await stage.press("enter")
        assert stage.main.writing and stage.main.composer.text == "Later"


async def test_discarding_asks_with_another_key(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Nonsense", "escape", "D", "D")
        assert stage.app.screen is not stage.main and drafts(stage) != []
        await stage.press("escape", "D", "x")
        assert drafts(stage) == [] and not stage.main.writing
        assert stage.status == "Draft discarded."


async def test_an_attachment_goes_along_and_survives_being_kept_as_a_draft(tmp_path: Path) -> None:
    (tmp_path / "june.csv").write_bytes(b"a,b\n1,2\n")
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("r", "=See the attached file.", "escape", "a", f"={tmp_path}/nothing.csv", "enter")
        assert "cannot be attached" in stage.status
        await stage.press("a", f"={tmp_path}/june.csv", "enter")
        assert "attached: [1] june.csv 8 B" in stage.text
        await stage.press("escape", "q", "r")
        assert "attached: [1] june.csv 8 B" in stage.text
        await stage.press("escape", "y")
        last = messages(stage.desk, stage.ticket(number))[-1]
        assert [file.name for file in last.files] == ["june.csv"]
        await stage.press("z")
        assert "attached: [1] june.csv 8 B" in stage.text
        begun = drafting.begun(stage.desk, last.ticket)
        assert begun is not None and begun.files == last.files


async def test_what_is_odd_is_said_once_before_it_leaves(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=The file is attached.", "escape", "y")
        assert "It speaks of an attachment and has none." in stage.text and stage.main.writing
        await stage.press("y")
        assert not stage.main.writing and states(stage.desk)[-1] == "queued"


async def test_a_greeting_with_another_customers_name_is_said(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hi Miguel, all is well.", "escape", "y")
        assert "It greets Miguel, and the customer has another name." in stage.text


async def test_a_letter_that_comes_in_while_writing_stops_the_sending_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.ticket(stage.line.number or 0)
        last = [m for m in messages(stage.desk, ticket) if m.kind is Kind.IN][-1]
        await stage.press("r", "=Nearly done.")
        other, _ = opened(stage.desk.home, now=stage.clock.now)
        raw = letter(
            1, sender=last.sender, subject=f"Re: {ticket.subject}", answers=last.msgid,
            text="It works again!", when=stage.clock.now,
        )  # fmt: skip
        await asyncio.to_thread(take, other, raw)
        other.close()
        await stage.until(lambda: "It works again!" in stage.text)
        assert stage.main.composer.text == "Nearly done."
        await stage.press("escape", "y")
        assert "after this reply was begun; it stands above" in stage.text and stage.main.writing
        await stage.press("y")
        assert not stage.main.writing


async def test_copies_are_set_and_taken_away(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=x", "escape", "c", "=nobody", "enter")
        assert "nobody is no address" in stage.status
        await stage.press("c", "=ann@a.example", "enter")
        assert "cc ann@a.example" in stage.text
        await stage.press("escape", "c", "ctrl+u", "enter")
        assert "cc none" in stage.text


async def test_quoting_is_switched_off_and_on_and_kept_with_the_draft(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=x", "escape", "Q")
        assert "quoted:" not in stage.text
        await stage.press("escape", "q", "r")
        assert "quoted:" not in stage.text
        await stage.press("escape", "Q")
        assert "quoted: last message" in stage.text


async def test_a_macro_is_put_into_the_text(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello. ", "ctrl+o", "slash", "=logs", "enter")
        assert stage.main.composer.text.startswith("Hello. ") and "tallybrook.log" in stage.main.composer.text
        assert stage.main.composer.has_keys
        await stage.press("ctrl+z")
        assert stage.main.composer.text == "Hello. "


async def test_a_storm_of_sizes_while_writing_changes_no_letter(tmp_path: Path) -> None:
    text = "A long line, wrapped for the eye and never in what is stored, whatever the window does. " * 3
    async with on_stage(tmp_path) as stage:
        await stage.press("r")
        await stage.paste(text)
        for size in ((80, 24), (60, 20), (40, 10), (20, 5), (200, 60), (100, 15), (120, 40)):
            await stage.resize(*size)
            assert stage.main.composer.text == text
        await stage.press("=!", "escape", "q")
        assert drafts(stage) == [("out", text + "!")]


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_the_text_gets_most_of_a_small_screen_and_the_question_stays(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        await stage.press("r", "=Hello")
        text = stage.main.composer.query_one("#text")
        assert stage.main.talk.size.height >= 3
        assert text.size.height >= (10 if size[1] > 22 else 8 if size[1] > 18 else 1)
        assert "Any news?" in stage.text or size[1] <= 10


async def test_a_click_elsewhere_does_not_swallow_what_is_typed_next(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello")
        await stage.pilot.click("#talk", offset=(5, 5))
        await stage.press("=, Dana")
        assert stage.main.composer.text == "Hello, Dana"


async def test_quitting_while_writing_keeps_the_draft(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Unfinished", "ctrl+q")
        assert stage.app._exit and drafts(stage) == [("out", "Unfinished")]


async def test_quitting_asks_where_what_is_written_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull("The disk is full.")

    monkeypatch.setattr(drafting, "keep", full)
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Unfinished", "ctrl+q")
        assert "What you wrote cannot be kept" in stage.text and "The disk is full." in stage.status
        await stage.press("s")
        assert stage.main.writing and stage.main.composer.text == "Unfinished"
        await stage.press("ctrl+q", "x")
        assert stage.app._exit


async def test_quitting_asks_while_a_reply_waits(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello", "escape", "y", "q")
        assert "A reply has not left yet" in stage.text
        await stage.press("s")
        assert not stage.app._exit
        await stage.press("q", "x")
        assert stage.app._exit


async def test_a_reply_for_tomorrow_is_no_reason_to_ask(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello", "escape", "l", "m", "q")
        assert stage.app._exit and states(stage.desk)[-1] == "queued"


async def test_a_new_ticket_is_begun_by_hand(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("c", "=no address", "enter")
        assert "Write an address and a subject" in stage.status
        await stage.press("c", "=new@customer.example Welcome aboard", "enter")
        assert stage.main.writing and "Reply to new@customer.example" in stage.text
        await stage.press("=Hello!", "escape", "y")
        row = stage.desk.conn.execute("SELECT subject, status FROM ticket ORDER BY n DESC LIMIT 1").fetchone()
        assert row == ("Welcome aboard", "solved")


async def test_the_conversation_is_paged_while_writing(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("r", "=x")
        before = stage.main.talk._top
        await stage.press("pageup")
        assert stage.main.talk._top < before and stage.main.composer.text == "x"


EVERYBODY = "Cc: Mo <mo@other.example>"


async def written_to(stage: Stage, **more: str) -> int:
    """A letter that names strangers, with the cursor on its ticket."""
    raw = letter(
        9, sender="Zed <zed@zed.example>", to="help@tallybrook.example, Lee <lee@zed.example>",
        subject="Whom to answer", when=stage.clock.now, **({"extra": EVERYBODY} | more),
    )  # fmt: skip
    await asyncio.to_thread(take, stage.desk, raw)
    made = one(stage.desk, "Whom to answer")
    stage.main.going.show_ticket(made.id)
    await stage.settle()
    return made.number or 0


async def test_strangers_are_named_and_mailed_only_when_added(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = await written_to(stage)
        await stage.press("r", "=Hello Zed.")
        assert "Reply to Zed <zed@zed.example>, cc none" in stage.text
        assert "named, and not mailed: Lee <lee@zed.example>, Mo <mo@other.example>" in stage.text
        await stage.press("escape", "A", "escape", "b", "=boss@hidden.example", "enter")
        assert stage.main.letter is not None and stage.main.letter.bcc == ("boss@hidden.example",)
        assert "boss@hidden.example" in stage.text
        # The practice desk has no server to carry it.
        await stage.press("escape", "b", "ctrl+u", "enter", "escape", "H", "escape", "y")
        last = messages(stage.desk, stage.ticket(number))[-1]
        assert last.to == ("Zed <zed@zed.example>", "Lee <lee@zed.example>")
        assert (last.cc, last.bcc) == (("Mo <mo@other.example>",), ())


async def test_A10_a_wish_for_answers_elsewhere_is_shown_and_asked_about(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await written_to(stage, extra="Reply-To: zed@evil.example")
        await stage.press("r", "=Hello Zed.")
        assert "answers are wanted at zed@evil.example, another domain" in stage.text
        await stage.press("escape", "y")
        assert stage.main.writing and "Answers are wanted at zed@evil.example" in stage.text
        await stage.press("t", "ctrl+u", "=zed@zed.example", "enter", "escape", "y")
        assert not stage.main.writing and "Reply to zed@zed.example queued" in stage.status


async def test_A10_a_wish_for_answers_elsewhere_is_not_forgotten_with_the_draft(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await written_to(stage, extra="Reply-To: zed@evil.example")
        await stage.press("r", "=Hello Zed.", "escape", "q", "r")
        assert "answers are wanted at zed@evil.example, another domain" in stage.text
        await stage.press("escape", "t", "ctrl+u", "=zed@zed.example", "enter", "escape", "q", "r")
        assert "answers are wanted at" not in stage.text
        await stage.press("escape", "y")
        assert not stage.main.writing and "Reply to zed@zed.example queued" in stage.status


async def test_a_reply_for_later_and_one_between_the_lines(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Soon.", "escape", "i")
        assert "> Any news?" in stage.main.composer.text and "quoted:" not in stage.text
        await stage.press("escape", "l", "=m")
        assert "leaves 20" in stage.status and not stage.main.writing
        row = outbox.unsent(stage.desk.conn)[-1]
        assert row.at == row.not_before and row.at > stage.desk.now + 3600


async def test_a_letter_is_forwarded_from_the_screen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number, status = stage.line.number or 0, stage.ticket(stage.line.number or 0).status
        await stage.press("f", "=vendor@parts.example", "enter", "=Can you look?")
        assert "Forward to vendor@parts.example" in stage.text and "Fwd: " in stage.text
        await stage.press("escape", "y")
        last = messages(stage.desk, stage.ticket(number))[-1]
        assert last.to == ("vendor@parts.example",) and last.signals == ("forward",)
        assert stage.desk.text(last).startswith("Can you look?\n\n---------- Forwarded letter")
        assert stage.ticket(number).status is status
        await stage.press("z")
        assert stage.main.letter is not None and stage.main.letter.forward


async def test_a_draft_that_is_left_keeps_blind_copies_and_the_html_form(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Hello.", "escape", "b", "=boss@hidden.example", "enter", "escape", "H")
        before = stage.main.letter
        assert before is not None and before.bcc and before.html
        await stage.press("escape", "q", "r")
        assert stage.main.letter == before


async def test_a_forward_that_is_left_goes_to_nobody_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("f", "escape", "escape", "q", "r")
        assert "Forward to nobody yet" in stage.text and "Fwd: " in stage.text
        await stage.press("escape", "y")
        assert stage.main.writing and not outbox.unsent(stage.desk.conn)


async def test_a_letter_to_many_is_no_other_letter_once_it_was_left(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("f", "=vendor@parts.example", "enter", "escape", "q", "r")
        assert "Forward to vendor@parts.example" in stage.text
        await stage.press("escape", "n", "escape", "q", "r", "escape", "n")
        assert "Forward to vendor@parts.example" in stage.text and "Fwd: " in stage.text


async def test_an_overtaken_reply_asks_on_the_screen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Too late.", "escape", "Y")
        row = outbox.unsent(stage.desk.conn)[-1]
        known = [m for m in messages(stage.desk, row.ticket) if m.kind is Kind.IN][-1]
        raw = letter(1, sender=known.sender, answers=known.msgid, text="Solved it.", when=stage.clock.now)
        await asyncio.to_thread(take, stage.desk, raw)
        assert moved.ask(stage.desk, outbox.unsent(stage.desk.conn)) == 1
        await stage.until(lambda: "NOT SENT, the ticket moved" in stage.text)
        await stage.press("g", "e", "enter")
        assert "send it as it is" in stage.text
        await stage.press("2")
        assert outbox.row(stage.desk.conn, row.id).state == "queued"  # pyright: ignore


async def test_the_commands_stand_under_the_text_at_80x24(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("r")
        assert (
            "y send+solve" in stage.text and "D discard" in stage.text and "Esc leaves the text" in stage.text
        )


async def test_a_draft_that_is_left_says_how_to_go_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("r", "=Half", "escape", "q")
        assert stage.status == "The draft is kept; r goes on with it."
        await stage.press("r", "escape", "D", "x")
        await stage.press("r", "escape", "q")
        assert "kept" not in stage.status


async def test_on_the_smallest_terminal_the_hints_name_what_sends(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(40, 10)) as stage:
        await stage.press("r", "=Hello.", "escape")
        assert "y send+solve" in stage.hints and "Y send" in stage.hints
        await stage.press("enter")
        assert "y send" not in stage.hints
    async with on_stage(tmp_path / "other", size=(60, 20)) as stage:
        await stage.press("r", "=Hello.", "escape")
        assert "y send+solve" not in stage.hints and "y send+solve" in stage.text


async def test_the_draft_of_a_note_says_that_it_is_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("n", "=Ask Ann.", "escape", "q")
        assert "✎ note, 1 line, saved" in stage.text


async def test_after_y_the_choices_say_what_is_copied_in_one_word_each(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        await stage.press("y")
        assert stage.hints == "i number  l link  e address  t text  m Message-ID"
