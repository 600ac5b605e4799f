"""Writing and choosing by keys: drafts are told of, commands need the text left, a note is no reply."""

from __future__ import annotations

from deskterm.widgets.composer import NOTE_TITLE, Composer, Form
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Choice, Picker, PickerBox, Question, matching
from tests.deskterm.screens import Stand, painted, posted

REPLY = Form("d1", "Reply to Dana", sender="help@acme.test", subject="Re: Export")
CHOICES = (
    Choice("open", "open", "o"),
    Choice("solved", "solved", "s"),
    Choice("closed", "closed", "c", off="Only solved tickets can be closed."),
)


async def test_letters_are_letters_until_the_text_is_left() -> None:
    composer, seen = Composer(pause=30), []
    app = Stand(composer)
    async with app.run_test(size=(90, 20), message_hook=seen.append) as pilot:
        composer.open(REPLY)
        await pilot.press("y", "e", "s")
        assert composer.text == "yes"
        assert not posted(seen, Composer.Command)
        await pilot.press("escape")
        assert [told.text for told in posted(seen, Composer.Drafted)] == ["yes"]
        await pilot.press("y")
        sent = posted(seen, Composer.Command)
        assert [(one.action, one.draft, one.text) for one in sent] == [("write.send_solve", "d1", "yes")]


async def test_a_pause_tells_of_the_draft_once() -> None:
    composer, seen = Composer(pause=0.001), []
    async with Stand(composer).run_test(size=(90, 20), message_hook=seen.append) as pilot:
        composer.open(REPLY, "Hi ")
        await pilot.pause(0.02)
        assert not posted(seen, Composer.Drafted)
        await pilot.press("a")
        await pilot.pause(0.05)
        composer.flush()
        await pilot.pause()
        assert [told.text for told in posted(seen, Composer.Drafted)] == ["aHi "]


async def test_the_editor_and_macro_keys_are_not_typed_and_enter_goes_back_to_the_text() -> None:
    composer, seen = Composer(pause=30), []
    async with Stand(composer).run_test(size=(90, 20), message_hook=seen.append) as pilot:
        composer.open(REPLY, "Hi")
        await pilot.press("ctrl+e", "ctrl+o", "escape", "enter", "x")
        asked = [one.action for one in posted(seen, Composer.Command)]
        assert asked == ["text.editor", "text.macro"]
        assert composer.text == "xHi"
        composer.insert("macro ")
        await pilot.press("ctrl+z")
        assert composer.text == "xHi"


async def test_a_note_differs_in_title_frame_and_words_and_cannot_be_sent() -> None:
    composer, seen = Composer(pause=30), []
    app = Stand(composer)
    async with app.run_test(size=(90, 20), message_hook=seen.append) as pilot:
        composer.open(REPLY)
        await pilot.pause()
        reply = painted(app)
        composer.open(Form("d2", "Reply to Dana", note=True, sender="help@acme.test", subject="Re: Export"))
        await pilot.pause()
        note = painted(app)
        assert (
            NOTE_TITLE in note[0] and "Reply" not in "".join(note) and "help@acme.test" not in "".join(note)
        )
        assert reply[0][0] != note[0][0]
        assert "y save note" in "".join(note) and "send" not in "".join(note)
        assert "y send + solve" in "".join(reply)


async def test_a_key_picks_at_once_a_filter_narrows_and_greyed_ones_say_why() -> None:
    box, seen = PickerBox(Question("Status", CHOICES)), []
    app = Stand(box)
    async with app.run_test(size=(80, 24), message_hook=seen.append) as pilot:
        box.focus()
        await pilot.press("s")
        assert [one.ids for one in posted(seen, PickerBox.Picked)] == [("solved",)]
        await pilot.press("slash", "c", "l", "o")
        assert box.typed == "clo" and box.choice is not None and box.choice.id == "closed"
        await pilot.press("enter")
        await pilot.pause()
        assert len(posted(seen, PickerBox.Picked)) == 1
        assert "Only solved tickets can be closed." in "".join(painted(app))
        await pilot.press("escape")
        assert posted(seen, PickerBox.Closed)


async def test_several_can_be_ticked_and_a_new_word_taken() -> None:
    tags = Question(
        "Tags", (Choice("vip", "vip", ticked=True), Choice("bug", "bug")), several=True, free="new tag"
    )
    box, seen = PickerBox(tags), []
    async with Stand(box).run_test(size=(80, 24), message_hook=seen.append) as pilot:
        box.focus()
        await pilot.press("down", "space", "enter", "n", "e", "w", "enter")
        picked = [(one.ids, one.typed) for one in posted(seen, PickerBox.Picked)]
        assert picked == [(("bug", "vip"), ""), (("bug", "vip"), "new")]


async def test_the_preview_follows_the_cursor_after_a_rest() -> None:
    asked: list[str] = []

    async def preview(choice: Choice, room: int) -> list[list[tuple[str, Role]]]:
        assert room > 20
        asked.append(choice.id)
        return [[(f"preview of {choice.label}", Role.TEXT)]]

    box = PickerBox(
        Question("Macro", tuple(Choice(str(n), f"macro {n}") for n in range(50))), preview=preview
    )
    app = Stand(box)
    async with app.run_test(size=(100, 24)) as pilot:
        box.focus()
        await pilot.pause()
        for _ in range(30):
            box._move(1)
        assert asked == ["0"]
        await pilot.pause(0.15)
        assert asked == ["0", "30"]
        assert "preview of macro 30" in "".join(painted(app))
        assert ">  macro 30" in "".join(painted(app))


async def test_the_screen_answers_with_what_was_picked_or_none() -> None:
    app, answers = Stand(), []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Picker(Question("Status", CHOICES)), answers.append)
        await pilot.press("o")
        await pilot.pause()
        app.push_screen(Picker(Question("Status", CHOICES)), answers.append)
        await pilot.press("escape")
        await pilot.pause()
    assert [answer.ids if answer else None for answer in answers] == [("open",), None]


def test_matching_wants_every_word_and_prefers_the_start() -> None:
    choices = [Choice("1", "Annual refund"), Choice("2", "Refund, 14 days"), Choice("3", "Logs")]
    assert [choice.id for choice in matching(choices, "refund")] == ["2", "1"]
    assert [choice.id for choice in matching(choices, "ref ann")] == ["1"]
    assert len(matching(choices, "")) == 3
