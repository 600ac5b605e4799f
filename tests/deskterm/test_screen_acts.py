"""Acts on the screen: what the database holds after a key, and what the screen says about it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deskterm import known, panes
from deskterm.desk import Desk
from deskterm.screens import choosing, going_on
from store.log.entry import Change
from store.model import Status
from store.reads import many
from store.rules.policies import STANDARD
from store.rules.todos import Todo
from tests.rigs.mail import messages, states
from tests.rigs.stage import Stage, on_stage


async def test_solve_wait_and_take_change_the_ticket_and_go_on_to_the_next(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second = stage.line, stage.main.list._line(1)
        assert second is not None
        await stage.press("e")
        assert stage.ticket(first.number or 0).status is Status.SOLVED
        assert stage.line.id == second.id
        assert stage.status == f"Solved #{first.number} {first.subject} · z to undo"
        await stage.press("w")
        assert stage.ticket(second.number or 0).status is Status.WAITING
        await stage.press("2", "i")
        assert stage.status.startswith("Assigned #") and "to Marek · z to undo" in stage.status


async def test_an_undo_of_thousands_goes_on_beside_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("e")
        assert not stage.desk.is_bulk()
        monkeypatch.setattr(Desk, "is_bulk", lambda *_, **__: True)
        for key, said, status in (("z", "Undid", Status.OPEN), ("Z", "Did again", Status.SOLVED)):
            await stage.press(key)
            await stage.until(lambda said=said: said in stage.status)
            assert stage.ticket(number).status is status
        await stage.press("Z")
        await stage.until(lambda: "nothing to redo" in stage.status)


async def test_undo_and_redo_say_what_they_did_and_how_it_is_reversed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("e", "z")
        assert stage.ticket(number).status is Status.OPEN
        assert stage.status == f"Undid solve of #{number} · Z to redo"
        await stage.press("Z")
        assert stage.ticket(number).status is Status.SOLVED
        assert stage.status == f"Did again solve of #{number} · z to undo"
        await stage.press("z", "z")
        assert stage.status == "There is nothing to undo." or "Undid" in stage.status


async def test_the_same_act_again_on_another_ticket(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press(".")
        assert stage.status == "Nothing to repeat yet."
        await stage.press("t", "=callback", "enter", "j")
        number = stage.line.number or 0
        assert "callback" not in stage.ticket(number).tags
        await stage.press("full_stop")
        assert "callback" in stage.ticket(number).tags


@pytest.mark.parametrize(
    ("setting", "some", "moves"), [("next", 1, True), ("stay", 1, False), ("next", 2, False)]
)
async def test_the_next_ticket_comes_by_the_setting_and_after_one_alone(
    setting: str, some: int, moves: bool, tmp_path: Path
) -> None:
    async with on_stage(tmp_path, after_solve=setting) as stage:
        await stage.press("6")
        if some > 1:
            await stage.press("x", "j", "x")
            stage.main.list.go_to(min(stage.main.list.picked.ids))
        before = stage.line.id
        await stage.press("w")
        assert (stage.line.id != before) is moves


async def test_the_clock_of_a_ticket_goes_by_its_new_policy_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        urgent = "priority = [1]\n" + STANDARD.replace('hours = "office"', 'hours = "24/7"')
        stage.desk.save_doc("policy", "urgent", urgent)
        stage.main.showing.refresh(own=True)
        await stage.press("p", "1")
        now, found = stage.desk.now + 30 * 86_400, stage.line
        assert found.due_at
        left = panes.OpenTime(stage.desk)(found, now)
        assert stage.main.showing.open_time(found, now) == left


async def test_a_range_is_one_act_with_one_undo(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        before = many.versions(stage.desk.conn, _ids(stage, 3))
        await stage.press("v", "j", "j")
        assert "3 selected" in stage.status
        await stage.press("e")
        assert stage.status == "Solved 3 tickets · z to undo"
        assert {t.status for t in many.tickets(stage.desk.conn, list(before))} == {Status.SOLVED}
        assert "selected" not in stage.status
        await stage.press("z")
        assert Status.SOLVED not in {t.status for t in many.tickets(stage.desk.conn, list(before))}


async def test_all_in_the_filter_are_acted_upon_also_those_not_read(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("6")
        total = stage.main.list.total
        await stage.press("asterisk", "x")
        assert f"{total - 1} selected" in stage.status
        await stage.press("p", "2")
        assert stage.status == f"P2 for {total - 1} tickets · z to undo"


async def test_a_status_and_a_priority_are_picked_with_one_letter(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("s", "h")
        assert stage.ticket(number).status is Status.HOLD
        await stage.press("p", "4")
        number = stage.line.number or 0
        assert stage.ticket(number).priority == 4


@pytest.mark.parametrize("keys", [("s", "h"), ("p", "4"), ("h", "t"), ("a", "0"), ("t", "=late", "enter")])
async def test_what_a_picker_asked_about_is_acted_upon_though_the_cursor_had_to_move(
    keys: tuple[str, str], tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        asked = stage.line
        await stage.press(keys[0])
        with stage.desk.store.write() as tx:
            tx.commit([Change(asked.id, "status", "solved")], actor="Ann", kind="solve")
        await stage.until(lambda: stage.line.id != asked.id)
        here = many.tickets(stage.desk.conn, [stage.line.id])
        await stage.press(*keys[1:])
        assert many.tickets(stage.desk.conn, [here[0].id]) == here
        assert f"#{asked.number}" in stage.status


async def test_items_are_added_ticked_and_given_back_by_keys(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        before = {one.text for one in todos(stage)}
        assert not before
        await stage.press("X", "=2d: Call back", "enter")
        assert stage.status.startswith(f"To do on #{number}") and "Call back · z to undo" in stage.status
        assert [(one.text, one.due is not None) for one in todos(stage)] == [("Call back", True)]
        await stage.press("X", "=Write it down", "enter", "X", "space", "enter")
        assert {one.text: one.done is not None for one in todos(stage)} == {
            "Call back": True, "Write it down": False,
        }  # fmt: skip
        await stage.press("X", "space", "down", "space", "enter")
        assert {one.text: one.done is not None for one in todos(stage)} == {
            "Call back": False, "Write it down": True,
        }  # fmt: skip
        assert "2 changes · z to undo" in stage.status
        await stage.press("z", "z", "z", "z")
        assert todos(stage) == []
        await stage.press("X", "=" + "x" * 400, "enter")
        assert "more than 300" in stage.status and todos(stage) == []
        await stage.press("*", "X")
        assert "one ticket at a time" in stage.status


def todos(stage: Stage) -> list[Todo]:
    return known.todos(stage.main.desk, stage.line.id)


async def test_tags_are_ticked_added_and_taken_off(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        assert set(stage.ticket(number).tags) == {"2.3", "export"}
        await stage.press("t", "space", "enter")
        assert stage.ticket(number).tags == ("export",)
        await stage.press("t", "=print", "enter")
        assert set(stage.ticket(number).tags) == {"export", "printing"}
        await stage.press("t", "=brand-new", "enter")
        assert set(stage.ticket(number).tags) == {"brand-new", "export", "printing"}
        await stage.press("t", "space", "down", "space", "down", "space", "enter")
        assert stage.ticket(number).tags == ()
        await stage.press("t", "=no:tag", "enter")
        assert stage.ticket(number).tags == () and '"no:tag" is no tag' in stage.status


async def test_snooze_by_a_letter_and_by_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("h", "h")
        assert stage.ticket(number).snooze_until == int(stage.clock.now) + 3600
        second = stage.line.number or 0
        await stage.press("h", "slash", "=in 2 days at nonsense", "enter")
        assert stage.ticket(second).snooze_until is None
        await stage.press("h", "slash", "=2d", "enter")
        assert (stage.ticket(second).snooze_until or 0) > stage.clock.now + 86_400


async def test_assigning_to_nobody_and_to_a_name(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("a", "=Ann", "enter")
        assert stage.ticket(number).assignee == "Ann"
        number = stage.line.number or 0
        await stage.press("a", "0")
        assert stage.ticket(number).assignee == ""
        assert choosing.NOBODY not in stage.text


async def test_what_a_key_refuses_is_said_and_nothing_else_happens(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("slash", "=zzqqxx", "enter")
        for key in ("e", "s", "h", "t", "m", "r", "n", "a", "H", "enter"):
            await stage.press(key)
            assert stage.app.screen is stage.main, key
            assert stage.status == "There is no ticket here.", key


async def test_the_macro_picker_shows_the_real_result_and_does_exactly_that(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        number = stage.line.number or 0
        await stage.press("m")
        await stage.until(lambda: "1 letter would leave" in stage.text)
        assert "open → waiting" in stage.text and "Hi Dana," in stage.text
        before = len(messages(stage.desk, stage.ticket(number)))
        await stage.press("E")
        assert stage.app.screen is not stage.main
        assert "Escalate to Engineering:" in stage.text
        await stage.press("enter")
        assert "Nothing is typed yet." in stage.text
        await stage.press("=bug 17", "enter")
        while stage.app.screen is not stage.main:
            await stage.press("=words", "enter")
        assert stage.status.startswith("Macro Escalate to Engineering on #")
        assert len(messages(stage.desk, stage.ticket(number))) > before
        await stage.press("z")
        assert len(messages(stage.desk, stage.ticket(number))) == before


async def test_a_macro_over_many_tickets_asks_before_many_letters_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going_on, "WORTH", 2)
    heard: list[str] = []
    async with on_stage(tmp_path) as stage:
        tell = stage.main.telling.tell
        monkeypatch.setattr(stage.main.telling, "tell", lambda words: (heard.append(words), tell(words)))
        await stage.press("asterisk", "m", "D")
        await stage.until(lambda: "letters would leave" in stage.text)
        assert "queued" not in states(stage.desk)
        await stage.press("k")
        assert "queued" not in states(stage.desk)
        await stage.press("m", "D")
        await stage.until(lambda: "letters would leave" in stage.text)
        await stage.press("s")
        await stage.until(lambda: "z to undo" in stage.status)
        count = states(stage.desk).count("queued")
        assert count > 5
        assert [words for words in heard if "Planning" in words][:1] == [f"Planning 0 of {count} tickets"]
        assert heard[-1] == f"Doing {count} of {count} tickets; a moment more"
        assert "z to undo" in stage.status


@pytest.mark.parametrize("selects", ["x", "asterisk"])
async def test_while_an_act_on_many_goes_on_keys_for_the_selection_wait(
    selects: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, undo = threading.Event(), Desk.undo
    monkeypatch.setattr(Desk, "is_bulk", lambda *_, **__: True)
    monkeypatch.setattr(Desk, "undo", lambda *args: (go.wait(60), undo(*args))[1])
    async with on_stage(tmp_path) as stage:
        await stage.press("p", "4", "home", selects, "z", "e")
        assert "still going on" in stage.status
        go.set()
        await stage.until(lambda: "Undid" in stage.status)
        assert not any(one.status is Status.SOLVED for one in known.some(stage.desk, _ids(stage, 3)))
        await stage.press("e")
        assert "Solved" in stage.status


async def test_keys_for_the_selection_wait_for_the_last_of_two_acts_on_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, undo = threading.Event(), threading.Event(), Desk.undo
    waits = iter((first, second))
    monkeypatch.setattr(Desk, "is_bulk", lambda *_, **__: True)
    monkeypatch.setattr(Desk, "undo", lambda *args: (next(waits).wait(60), undo(*args))[1])
    async with on_stage(tmp_path) as stage:
        await stage.press("p", "4", "p", "3", "home", "x", "z", "z")
        first.set()
        await stage.until(lambda: "Undid" in stage.status)
        await stage.press("e")
        assert "still going on" in stage.status
        second.set()
        await stage.until(lambda: not stage.main.acting.going_on)


async def test_where_nothing_is_mine_take_takes_the_oldest(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.press("asterisk", "e")
        assert "Nothing waits for you." in stage.text and "i take the oldest" in stage.text
        await stage.press("i")
        assert "to Marek" in stage.status and stage.main.list.total == 1
        await stage.press("3", "/", "=nothinglikethis", "enter", "i")
        assert stage.status == "There is no ticket here.", "taken is only what one sees, elsewhere"
        await stage.press("2", "asterisk", "e", "1", "asterisk", "e", "i")
        assert stage.status == "Nobody waits: there is no unassigned ticket."


def _ids(stage: Stage, count: int) -> list[str]:
    found = [stage.main.list._line(n) for n in range(count)]
    return [line.id for line in found if line is not None]
