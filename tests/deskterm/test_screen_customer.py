"""The customer screen by keys: facts with their age, all tickets, people merged and parted again."""

from __future__ import annotations

from pathlib import Path

from deskterm import person
from deskterm.screens.customer import CustomerScreen
from store.log.entry import Change
from tests.rigs.stage import Stage, on_stage

DAY = 86_400


async def opened(stage: Stage) -> CustomerScreen:
    await stage.press("g", "c")
    screen = stage.app.screen
    assert isinstance(screen, CustomerScreen)
    return screen


async def test_the_person_the_account_every_ticket_and_each_fact_with_its_age(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await opened(stage)
        whole = screen.person
        assert whole.account is not None and whole.customer.email in stage.text
        assert whole.account.name in stage.text and f"Tickets {whole.count}" in stage.text
        assert len(whole.tickets) == whole.count > 1
        assert all(f"#{one.number}" in stage.text for one in whole.tickets if one.number)


async def test_a_fact_is_as_old_as_its_last_change(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        whole = (await opened(stage)).person
        stage.desk.commit(lambda tx: ("edit", [Change(whole.customer.id, "phone", "123")], ()), words="")
        stage.clock.now += 100 * DAY
        facts = {fact.name: fact for fact in person.read(stage.desk, whole.customer.id).facts}
        await stage.press("escape", "g", "c")
        assert facts["phone"].value == "123" and facts["phone"].at >= facts["name"].at
        assert "100 days old" in stage.text


async def test_enter_goes_to_the_ticket_and_l_lists_all(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        whole = (await opened(stage)).person
        await stage.press("G", "enter")
        assert stage.app.screen is stage.main and stage.line.id == whole.tickets[-1].id
        await stage.press("g", "c", "l")
        assert stage.main.list.total == sum(not one.merged for one in whole.tickets)


async def test_an_address_with_quotation_marks_asks_for_nothing_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ticket = stage.ticket(stage.line.number or 0)
        odd = Change(ticket.customer, "email", '"x" is:open "y"@acme.example')
        stage.desk.commit(lambda tx: ("edit", [odd], ()), words="")
        stage.main.showing.refresh()
        await stage.press("g", "c", "l")
        assert stage.app.screen is stage.main and stage.main.list.total == 0
        assert stage.main.showing.view.query == 'customer:"x is:open y@acme.example"'


async def test_people_are_merged_by_a_typed_address_and_parted_again_by_U(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        screen = await opened(stage)
        before = screen.person
        other = stage.desk.conn.execute(
            "SELECT email FROM customer WHERE id <> ? AND id IN (SELECT customer FROM ticket)"
            " AND _deleted IS NULL ORDER BY n DESC LIMIT 1",
            (before.customer.id,),
        ).fetchone()[0]
        await stage.press("M", f"={other}", "enter")
        assert f"{other} is now {before.customer.email}" in stage.text
        assert screen.person.count > before.count and [one.email for one in screen.person.merged] == [other]
        await stage.press("U")
        assert "under 'The same person at'" in stage.text
        await stage.press("home", "U")
        assert screen.person.merged == () and screen.person.count == before.count


async def test_z_takes_a_merge_back_and_a_stranger_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        screen = await opened(stage)
        await stage.press("M", "=nobody@nowhere.example", "enter")
        assert "There is no customer with the address nobody@nowhere.example" in stage.text
        await stage.press("M", f"={screen.person.customer.email}", "enter")
        assert "already" in stage.text
        await stage.press("escape")
        assert stage.app.screen is stage.main
