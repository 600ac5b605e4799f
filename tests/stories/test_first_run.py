"""The first evening with deskterm: from nothing to a working desk, by keys, and no password astray."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from textual import events
from textual.keys import _character_to_key

from channels.discover import candidates
from deskterm import config, live, setting_up
from deskterm.desk import Desk
from deskterm.screens.setup_app import SetupApp
from deskterm.signing import Keys
from store.reads import docs
from tests.deskterm.screens import painted
from tests.rigs.imapd import PASSWORD, USER, Imapd
from tests.rigs.mail import Clock, all_tickets, letter, opened, sound, until_shown
from tests.rigs.rings import InMemory, using
from tests.rigs.smtpd import Smtpd
from tests.stories.at_the_screen import sitting


class Newcomer:
    """Somebody at the setup screen."""

    def __init__(self, app: SetupApp) -> None:
        self.app = app

    async def press(self, *keys: str) -> None:
        for key in keys:
            for one in key[1:] if key.startswith("=") else (key,):
                name = one if len(one) > 1 else _character_to_key(one)
                self.app.post_message(events.Key(name, one if len(one) == 1 else None))
                await self.settled()

    async def settled(self) -> None:
        from textual._wait import wait_for_idle

        await wait_for_idle(0)

    async def fill(self, *values: str) -> None:
        """Each field in turn, what stood there cleared first."""
        for n, value in enumerate(values):
            if n:
                await self.press("tab")
            await self.press("end", "ctrl+u", f"={value}")
        await self.press("enter")

    def shown(self) -> str:
        return "\n".join(painted(self.app)) if self.app.screen_stack else ""  # pyright: ignore

    async def sees(self, *words: str) -> None:
        try:
            await until_shown(lambda: all(word in " ".join(self.shown().split()) for word in words))
        except AssertionError:
            raise AssertionError(f"{words} never came; there was\n{self.shown()}") from None


@asynccontextmanager
async def beginning(home: Path) -> AsyncGenerator[Newcomer]:
    app = SetupApp(home)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield Newcomer(app)


@pytest.fixture
def ring() -> Iterator[InMemory]:
    made = InMemory()
    with using(made):
        yield made


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked up outside; the usual names are offered, as without a network."""
    monkeypatch.setattr(setting_up, "find", candidates)
    monkeypatch.setattr(Keys, "session", {})
    monkeypatch.delenv("DESKTERM_PASSWORD")


async def to_the_login(person: Newcomer, imapd: Imapd, smtpd: Smtpd) -> None:
    await person.fill(USER, "Ana")
    await person.sees("2 of 5", "imap.example.org:993 tls", "enter confirms them")
    await person.fill(f"127.0.0.1:{imapd.port} plain", f"127.0.0.1:{smtpd.port} plain", "")
    await person.sees("3 of 5", "tried once")


async def test_from_nothing_to_a_reply_that_left(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, ring: InMemory
) -> None:
    home = tmp_path / "home"
    smtpd.onward = imapd.deliver
    imapd.deliver(letter(1, subject="From before"))
    async with beginning(home) as person:
        await person.sees("1 of 5", "Which address do customers write to?")
        await person.fill("no address", "Ana")
        await person.sees("no address is not one mail address")
        await to_the_login(person, imapd, smtpd)
        assert imapd.logins == 0, "no password before the servers are confirmed"
        await person.fill("wrong")
        await person.sees("refused the login", "app password")
        assert imapd.logins == 1 and not any(line.startswith("AUTH") for line in smtpd.lines)
        await person.fill(PASSWORD)
        await person.sees("4 of 5", "INBOX holds 1 letter.")
        assert PASSWORD not in person.shown() and not home.exists()
        await person.fill("Ana", "Example support", "")
        await person.sees("5 of 5")
        await person.fill("later", "10", "14")
        await person.sees("Write solve or open.")
        await person.fill("open", "5", "30")
        await person.sees("The letter came back: mail leaves and arrives.", "shadow mode")
        await person.press("enter")
    assert person.app.return_value == "desk"
    assert len(imapd.raws()) == 1, "the letter that went round was taken away again"
    settings = config.load(home)
    assert (settings.agent, settings.send_key, settings.undo_seconds) == ("Ana", "open", 5)
    assert settings.mailbox["help"].signature == "Ana\nExample support"
    held = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in held and list(ring.kept.values()) == [PASSWORD]
    await first_hour(home, imapd, smtpd)


async def first_hour(home: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    """The desk that setup led to: reads silently, holds in shadow mode, goes live by a key."""
    clock = Clock()
    sent = len(smtpd.letters)
    with opened(home, config.load(home), clock) as desk:
        async with sitting(desk, clock) as person:
            await person.synced()
            imapd.deliver(letter(2, subject="Is anybody there?"))
            await person.press("g", "a")
            await person.goes_to("Is anybody there?")
            await person.sees("shadow: nothing leaves")
            await person.press("r")
            await person.type("Yes, we are.")
            await person.press("escape", "y")
            await person.sees("shadow: nothing leaves, 1", "held: `deskterm live on` lets it go")
            await person.press("g", "l", "a")
            await person.sees("Outbox open; 1 reply may leave")
            await person.later(60)
            await person.until(lambda: len(smtpd.letters) == sent + 1, "the reply")
        assert {ticket.subject for ticket in all_tickets(desk)} == {"From before", "Is anybody there?"}
        sound(desk)
    assert b"Yes, we are." in smtpd.letters[-1].raw


async def test_a_probe_that_cannot_be_taken_away_never_becomes_a_ticket(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, ring: InMemory
) -> None:
    from deskterm import sync

    smtpd.onward = imapd.deliver
    imapd.faults.lacks = {"UIDPLUS"}
    async with beginning(tmp_path) as person:
        await to_the_login(person, imapd, smtpd)
        await person.fill(PASSWORD)
        await person.sees("4 of 5")
        await person.press("enter")
        await person.sees("5 of 5")
        await person.press("enter")
        await person.sees("It stays in the mailbox", "makes no ticket")
    assert len(imapd.raws()) == 1
    with opened(tmp_path, config.load(tmp_path)) as desk:
        assert sync.once(desk).errors == ()
        assert all_tickets(desk) == [] and live.in_shadow(desk)
        assert docs.named(desk.conn, "desk", "probes") is not None
        what = desk.conn.execute("SELECT what, ref FROM ledger").fetchall()
        assert what == [("ignored", "our own letter that tried the mailbox")]
        sound(desk)


async def test_a_letter_that_pretends_to_be_a_probe_is_a_ticket(tmp_path: Path, imapd: Imapd) -> None:
    from deskterm import sync
    from tests.rigs.mail import box, secrets, settings

    imapd.deliver(letter(1, msgid="deskterm-probe-0123@customers.example"))
    with opened(tmp_path, settings(box(imap=imapd))) as desk:
        sync.once(desk, secrets=secrets)
        assert len(all_tickets(desk)) == 1


async def test_without_a_keyring_the_choices_are_named_and_this_run_has_the_password(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd
) -> None:
    smtpd.onward = imapd.deliver
    with using(NoKeyring()):
        async with beginning(tmp_path) as person:
            await to_the_login(person, imapd, smtpd)
            await person.fill(PASSWORD)
            await person.sees("4 of 5")
            await person.press("enter")
            await person.sees("5 of 5")
            await person.press("enter")
            await person.sees("The letter came back")
        with opened(tmp_path, config.load(tmp_path)) as desk:
            assert Keys(desk.home, desk.settings)(desk.settings.mailbox["help"]).reveal() == PASSWORD
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in held


async def test_without_a_network_everything_can_be_typed_and_kept_untested(
    tmp_path: Path, ring: InMemory
) -> None:
    dead = Imapd()
    dead.stop()
    async with beginning(tmp_path) as person:
        await person.fill(USER, "Ana")
        await person.sees("2 of 5")
        await person.fill(f"127.0.0.1:{dead.port} plain", "smtp.example.org:465 tls", "")
        await person.fill(PASSWORD)
        await person.sees("cannot be reached", "ctrl+o keep it untested")
        await person.press("ctrl+o")
        await person.sees("4 of 5")
        await person.press("enter")
        await person.sees("5 of 5")
        await person.press("enter")
        await person.sees("did not leave")
        await person.press("enter")
    assert person.app.return_value == "desk" and config.load(tmp_path).mailbox["help"].address == USER


async def test_steps_back_the_practice_desk_and_leaving_keep_nothing(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, ring: InMemory
) -> None:
    home = tmp_path / "home"
    async with beginning(home) as person:
        await to_the_login(person, imapd, smtpd)
        await person.press("escape")
        await person.sees("2 of 5", f"127.0.0.1:{imapd.port} plain")
        await person.fill("imap.example.org:993 sideways", "", "")
        await person.sees("Write a server like")
        await person.press("escape")
        await person.sees("1 of 5", USER)
        await person.press("ctrl+t")
    assert person.app.return_value == "practice" and not home.exists() and ring.kept == {}
    async with beginning(home) as person:
        await person.press("ctrl+q")
    assert person.app.return_value is None and not home.exists()


async def test_X01_a_mistake_of_ours_ends_setup_without_showing_the_password(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(box: object, secret: object, *, advice: str) -> None:
        raise RuntimeError(f"{secret}")

    monkeypatch.setattr(setting_up, "look", broken)
    async with beginning(tmp_path) as person:
        await to_the_login(person, imapd, smtpd)
        await person.fill("canary-7f3a9c")
        await person.sees("mistake")
        assert "canary" not in person.shown()


def test_is_new(tmp_path: Path) -> None:
    assert setting_up.is_new(tmp_path / "home")
    Desk.open(tmp_path / "home", settings=config.Settings()).close()
    assert not setting_up.is_new(tmp_path / "home")
