"""The setup screen: the first question, servers that were found, a login that was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from channels.discover import candidates
from deskterm import setting_up
from deskterm.screens import setup_pages as pages
from deskterm.screens.setup_app import SetupApp
from deskterm.setting_up import Verdict
from tests.rigs.mail import until_shown
from tests.rigs.stage import plain_environment

REFUSED = (
    "imap.gmail.com refused the login of help@gmail.com ([AUTHENTICATIONFAILED] Invalid credentials). It was"
    " tried once and not again, so the account is not locked; check name and password.",
    "Gmail needs an app password, made in the account's security settings; the usual one is refused.",
)


async def first(app: SetupApp, pilot: Pilot[str]) -> None:
    await pilot.press(*"help@gmail.com")


async def servers(app: SetupApp, pilot: Pilot[str]) -> None:
    await first(app, pilot)
    await pilot.press("enter")
    await until_shown(lambda: app.setup.at == 1)


async def refused(app: SetupApp, pilot: Pilot[str]) -> None:
    await servers(app, pilot)
    await pilot.press("enter", *"secret", "enter")
    await until_shown(lambda: not app.setup.busy)


async def login(app: SetupApp, pilot: Pilot[str]) -> None:
    await servers(app, pilot)
    await pilot.press("enter")
    await until_shown(lambda: app.setup.at == 2)


async def signature(app: SetupApp, pilot: Pilot[str]) -> None:
    app.setup.show_page(pages.SIGNATURE)


async def habits(app: SetupApp, pilot: Pilot[str]) -> None:
    app.setup.show_page(pages.HABITS)


@pytest.mark.parametrize(
    ("keys", "size"),
    [(first, (80, 24)), (servers, (80, 24)), (login, (80, 24)), (refused, (80, 24)), (signature, (80, 24)),
     (habits, (80, 24)), (first, (60, 20))],
    ids=["first", "servers", "login", "refused", "signature", "habits", "first_60x20"],
)  # fmt: skip
def test_setup(
    size: tuple[int, int],
    keys: Callable[[SetupApp, Pilot[str]], Awaitable[None]],
    snap_compare: Callable[..., bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(setting_up, "find", candidates)
    monkeypatch.setattr(setting_up, "look", lambda *_, advice: Verdict(False, REFUSED))

    async def play(pilot: Pilot[str]) -> None:
        await pilot.pause()
        await keys(pilot.app, pilot)  # pyright: ignore
        await pilot.pause()

    with plain_environment():
        app = SetupApp(tmp_path / "home")
        assert snap_compare(app, terminal_size=size, run_before=play)
