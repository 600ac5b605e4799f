"""Rules and promises by keys: switched, tried on the past, edited; what is broken says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import rulebook, trials
from deskterm.screens.rules import RulesScreen
from deskterm.screens.trying import ReviewScreen
from store.errors import NotFound, Refused
from store.log.entry import Change
from store.reads import team
from store.rules.rule_text import read_rule
from tests.rigs.stage import Stage, on_stage

REFUNDS = 'when = "received"\nmatch = "refund"\n\n[do]\ntags = ["money"]\npriority = 2\n'


def entries(stage: Stage) -> int:
    return stage.desk.conn.execute("SELECT count(*) FROM entry").fetchone()[0]


async def opened(stage: Stage) -> RulesScreen:
    await stage.press("g", "R")
    screen = stage.app.screen
    assert isinstance(screen, RulesScreen)
    await stage.until(lambda: "counting" not in stage.text and "acted" in stage.text)
    return screen


async def tried(stage: Stage) -> ReviewScreen:
    await stage.press("enter")
    screen = stage.app.screen
    assert isinstance(screen, ReviewScreen)
    await stage.until(lambda: not screen.reading)
    await stage.settle()
    return screen


async def test_rules_promises_and_figures_are_on_one_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        assert "> on     Tag refunds" in stage.text and "acted 0  undone 0  overruled 0" in stage.text
        assert "received: refund OR chargeback" in stage.text and 'tags = ["refund"]' in stage.text
        assert "P1  first" in stage.text and "for every ticket" in stage.text
        assert "first reply median" in stage.text
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_a_rule_is_switched_off_and_on_and_z_takes_it_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        await stage.press("s")
        assert not stage.desk.doc("rule", "Tag refunds").active and "off    Tag refunds" in stage.text
        assert "The rule Tag refunds is off" in stage.text
        await stage.press("z")
        assert stage.desk.doc("rule", "Tag refunds").active and "Undid" in stage.text
        await stage.press("Z")
        assert not stage.desk.doc("rule", "Tag refunds").active


async def test_a_pack_is_taken_in_by_a_key_and_taken_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        before = entries(stage)
        await stage.press("a")
        assert "Take in a pack" in stage.text and "day-one" in stage.text and "new docs" in stage.text
        await stage.press("=month-one", "enter")
        assert "Took in 7 docs of month-one" in " ".join(stage.text.split())
        assert not stage.desk.doc("rule", "Tag bugs").active
        await stage.press("a", "=month-one")
        assert "the desk has everything of it" in stage.text
        await stage.press("enter", "escape")
        assert entries(stage) == before + 1
        await stage.press("z")
        with pytest.raises(NotFound):
            stage.desk.doc("rule", "Tag bugs")
        with stage.desk.store.write() as tx:
            tx.commit([Change(one.id, "active", 0) for one in team.members(tx.conn)], actor="a", kind="set")
        await stage.press("a", "=tiers", "enter")
        assert "goes by tiers, which needs 3 agents" in " ".join(stage.text.split())


async def test_a_trial_lists_its_acts_and_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.desk.save_doc("rule", "Money", REFUNDS)
        screen = await opened(stage)
        place = next(n for n, one in enumerate(screen.items) if one.doc and one.doc.name == "Money")
        await stage.press(*["j"] * place)
        before = entries(stage)
        review = await tried(stage)
        count = len(review.items)
        assert count > 1 and f"{count} acts on" in stage.text and "tag + money" in stage.text
        await stage.press("y", "n")
        assert f"1 yes  1 no  {count - 2} to look at" in stage.text
        await stage.press("home", "n", "home", "x")
        assert f"0 yes  1 no  {count - 1} to look at" in stage.text
        assert entries(stage) == before
        await stage.press("s")
        assert entries(stage) == before + 1 and not stage.desk.doc("rule", "Money").active
        await stage.press("escape")
        assert stage.app.screen is screen and "off    Money" in stage.text


async def test_enter_on_an_act_goes_to_its_ticket(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        review = await tried(stage)
        ticket = review.items[0].would.ticket
        await stage.press("enter")
        assert stage.app.screen is stage.main and stage.line.id == ticket.id


async def test_a_trial_nobody_waits_for_stops(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await opened(stage)
        review = await tried(stage)
        await stage.press("escape")
        assert stage.app.screen is screen and review._stop.is_set()
        looked: list[int] = []

        def stopped() -> bool:
            looked.append(1)
            return len(looked) > 1

        assert not list(trials.backtest(stage.desk, review.armed, since=0, stopped=stopped))
        assert len(looked) == 2


async def test_a_broken_rule_says_where_and_is_neither_tried_nor_switched_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.desk.save_doc("rule", "Aaa", 'when = "received"\nmatch = "color:red"\n[do]\ntags = ["x"]\n')
        screen = await opened(stage)
        assert "> broken Aaa" in stage.text and "line 2" in stage.text and "color" in stage.text
        await stage.press("enter")
        assert stage.app.screen is screen and "cannot be read: line 2" in stage.text
        await stage.press("s")
        assert not stage.desk.doc("rule", "Aaa").active
        await stage.press("s")
        assert not stage.desk.doc("rule", "Aaa").active and "cannot be read: line 2" in stage.text


async def test_an_edited_text_with_a_mistake_changes_nothing_and_is_kept(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await opened(stage)
        doc = stage.desk.doc("rule", "Tag refunds")
        with pytest.raises(Refused, match="line 1"):
            await screen.keep(doc, 'when = "someday"\n')
        assert stage.desk.doc("rule", "Tag refunds").body == doc.body
        await stage.press("escape", "g", "R")
        assert "its new text has a mistake and is kept" in stage.text
        again = stage.app.screen
        assert isinstance(again, RulesScreen)
        await again.keep(doc, REFUNDS)
        assert stage.desk.doc("rule", "Tag refunds").body == REFUNDS and "received: refund" in stage.text
        assert "is kept" not in stage.text


async def test_a_rule_is_begun_with_an_example_and_a_name_of_its_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await opened(stage)
        await stage.press("n", "=Tag refunds", "enter")
        assert "There is a rule called Tag refunds already" in stage.text
        await stage.press("n", "=  Money   back ", "enter")
        assert "cannot step aside" in stage.text
        doc = rulebook.new(stage.desk, " Money  back ")
        assert doc.name == "Money back" and read_rule(doc.body, name=doc.name)
        with pytest.raises(Refused, match=r"line 1.*n and the same name open your text again"):
            await screen.keep(doc, 'when = "someday"\n')
        await screen.keep(doc, REFUNDS)
        assert stage.desk.doc("rule", "Money back").body == REFUNDS
        with pytest.raises(Refused, match="needs a name"):
            rulebook.new(stage.desk, "  ")


async def test_the_editor_is_refused_where_the_screen_cannot_step_aside(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        await stage.press("e")
        assert "cannot step aside" in stage.text.replace("\n", " ")


async def test_a_desk_without_rules_names_the_way_to_some(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        rule = stage.desk.doc("rule", "Tag refunds")
        stage.desk.commit(lambda tx: ("edit", [Change(rule.id, "_deleted", 1)], ()), words="")
        await stage.press("g", "R")
        assert "No rule yet" in stage.text and "`a` brings a pack" in stage.text


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_the_cursor_stays_in_view_at_any_size(size: tuple[int, int], tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=size) as stage:
        for n in range(30):
            stage.desk.save_doc("rule", f"R{n:02}", REFUNDS)
        await stage.press("g", "R")
        await stage.press(*["j"] * 12)
        assert "> on     R12" in stage.text
        await stage.press("G")
        assert "Reached in 90 days" in stage.text
        await stage.press("home")
        assert "> on     R00" in stage.text


def test_what_a_rule_looks_at_is_said_in_words() -> None:
    waits = 'when = "waited"\nfor = "7d"\nsince = "last_out"\nmatch = "is:waiting"\n[do]\nstatus = "closed"\n'
    assert rulebook.looks_at(read_rule(waits, name="x")) == "7d after last_out: is:waiting"
    changed = 'when = "changed"\nfields = ["status"]\n[do]\ntags = ["x"]\n'
    assert rulebook.looks_at(read_rule(changed, name="x")) == "status changed: every ticket"
