"""Two processes on one desk: the screen shows what the shell does, one of them syncs, nothing is lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from deskterm import sync
from deskterm.config import save
from deskterm.desk import Desk
from store.log import rebuild
from store.log.entry import Change
from store.model import Status
from tests.rigs.imapd import Imapd
from tests.rigs.mail import Clock, all_tickets, box, letter, one, opened, secrets, settings, take, until
from tests.rigs.shell import Said, deskterm
from tests.stories.at_the_screen import sitting

NOW = int(time.time())


def asked(desk: Desk, count: int) -> None:
    """Letters of as many customers."""
    take(desk, *(letter(n, subject=f"Question {n}", when=NOW) for n in range(count)), received=NOW)


async def shell(home: Path, *words: str) -> Said:
    return await asyncio.to_thread(deskterm, home, *words)


async def test_the_screen_shows_what_the_shell_does(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", Clock()
    with opened(home, settings(box()), clock) as desk:
        save(home, desk.settings)
        asked(desk, 3)
        async with sitting(desk, clock) as ana:
            await ana.press("2")
            await ana.goes_to("Question 1")
            number = one(desk, "Question 0").number
            said = await shell(home, "set", str(number), "status=solved", "--yes")
            assert said.code == 0, said
            await ana.until(lambda: "Question 0" not in ana.shown())
            assert ana.screen.list.line is not None and ana.screen.list.line.subject == "Question 1"
            number = one(desk, "Question 1").number
            assert (await shell(home, "note", str(number), "-m", "Seen from the shell")).code == 0
            await ana.sees("Seen from the shell")
            await ana.press("e")
            await ana.until(lambda: one(desk, "Question 1").status is Status.SOLVED)
            listed = await shell(home, "ls", "status:solved")
            assert "Question 0" in listed.out and "Question 1" in listed.out


async def test_only_one_of_them_syncs(tmp_path: Path, imapd: Imapd) -> None:
    home, clock = tmp_path / "home", Clock()
    with opened(home, settings(box(imap=imapd)), clock) as desk:
        save(home, desk.settings)
        async with sitting(desk, clock) as ana:
            await ana.synced()
            said = await shell(home, "sync")
            assert said.code == 4 and "syncing this desk already" in said.err
            assert imapd.sessions == 1
            imapd.deliver(letter(1))
            await ana.until(lambda: len(all_tickets(desk)) == 1)
        assert (await shell(home, "sync")).code == 0


def test_the_one_that_waits_goes_on_when_the_other_ends(tmp_path: Path, imapd: Imapd) -> None:
    """Whoever is left syncs; a desk never stands still because a window was closed."""
    home, setting = tmp_path / "home", settings(box(imap=imapd))
    with opened(home, setting) as first, opened(home, setting) as second:
        one_, two = sync.Loop(first, secrets), sync.Loop(second, secrets)
        one_.start()
        until(lambda: one_.health.get("support") is not None and one_.health["support"].synced)
        two.start()
        until(lambda: "syncing this desk already" in two.refused)
        assert two.health == {}
        one_.stop()
        until(lambda: not two.refused and two.health.get("support") and two.health["support"].synced)
        imapd.deliver(letter(1))
        until(lambda: len(all_tickets(second)) == 1)
        two.stop()


async def test_D07_both_commit_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", Clock()
    with opened(home, settings(box()), clock) as desk:
        save(home, desk.settings)
        asked(desk, 12)
        async with sitting(desk, clock) as ana:
            await ana.press("3")
            await ana.sees("Question 1")
            others = [shell(home, "set", "1-12", f"tag=+shell{n}", "--yes") for n in range(3)]
            running = asyncio.gather(*others)
            for n in range(40):
                change = Change(all_tickets(desk)[n % 12].id, f"tag.screen{n}", 1)
                await ana.app.commit(
                    lambda change=change: desk.commit(lambda tx: ("tag", [change], ()), words="")
                )
            codes = [said.code for said in await running]
            tags = [set(ticket.tags) for ticket in all_tickets(desk)]
            # Either it was done on all of them, or its base had moved and it says so and did nothing.
            for n, code in enumerate(codes):
                assert [f"shell{n}" in some for some in tags] == [code == 0] * 12, (n, code)
            assert set(codes) <= {0, 4} and 0 in codes
            assert {tag for some in tags for tag in some if tag.startswith("screen")} == {
                f"screen{n}" for n in range(40)
            }
        assert rebuild.verify(desk.conn, desk.store.secret).faults == ()
