"""A mailbox that is signed in to by OAuth: from `login` to letters in and out, and to the day it is over."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from channels.errors import BadArgument, LoginRefused
from channels.secret import Secret
from deskterm import config, live, replies, signing, signing_in, sync, writing
from deskterm.cli import login
from deskterm.config import Box, Registration, Settings
from deskterm.signing import Keys
from tests.deskterm.shell import call, ok
from tests.rigs.imapd import Imapd
from tests.rigs.mail import box, letter, opened, settings
from tests.rigs.rings import InMemory, using
from tests.rigs.smtpd import Smtpd
from tests.rigs.tokens import CLIENT, TokenServer

NAME = "oauth-help@example.org@127.0.0.1"


@pytest.fixture
def ring() -> Iterator[InMemory]:
    made = InMemory()
    with using(made):
        yield made


@pytest.fixture
def server(imapd: Imapd) -> Iterator[TokenServer]:
    """A stand-in whose tokens the IMAP server takes, and no password."""
    with TokenServer() as running:
        imapd.tokens.add("none yet")
        imapd.faults.lacks = {"AUTH=PLAIN"}
        running.issued = imapd.tokens.add
        yield running


def registered(server: TokenServer, *, device: bool = True) -> Registration:
    return Registration(
        client_id=CLIENT, token_url=f"{server.url}/token", authorize_url=f"{server.url}/authorize",
        device_url=f"{server.url}/device" if device else "", insecure_loopback=True,
    )  # fmt: skip


def signed_by(server: TokenServer, *, device: bool = True, **places: object) -> Settings:
    made = settings(box(oauth="rig", **places))  # pyright: ignore[reportArgumentType]
    return msgspec.structs.replace(made, oauth={"rig": registered(server, device=device)})


def test_login_with_a_code_then_letters_come_and_the_settings_hold_no_token(
    tmp_path: Path, imapd: Imapd, server: TokenServer, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save(tmp_path, signed_by(server, imap=imapd))
    waited: list[float] = []
    monkeypatch.setattr(login, "_pause", lambda seconds: waited.append(seconds) or True)
    server.pending = 2
    imapd.deliver(letter(1))
    early = call(tmp_path, "sync")
    assert "deskterm login support" in early.err and early.code == 1
    done = ok(tmp_path, "login")
    assert "ABCD-EFGH" in done.err and waited == [5, 5, 5]
    assert "archived 1" in ok(tmp_path, "sync").out
    kept = json.loads(ring.kept["deskterm", NAME])["refresh_token"]
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert kept.encode() not in held and kept not in done.err + done.out
    assert not any(token.encode() in held for token in imapd.tokens)
    server.live.clear()
    over = call(tmp_path, "sync")
    assert "is over or was revoked" in over.err and over.err.rstrip().endswith("to sign in again.")
    assert call(tmp_path, "doctor").code == 1 and "deskterm login support" in call(tmp_path, "doctor").out


def test_login_in_a_browser_of_this_machine(
    tmp_path: Path, imapd: Imapd, server: TokenServer, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save(tmp_path, signed_by(server, device=False, imap=imapd))

    def agree(browser: object) -> None:
        back = server.browser(browser.url)  # pyright: ignore
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=10).read(), daemon=True).start()

    monkeypatch.setattr(login, "_show_address", agree)
    assert "INBOX holds 0 letters" in ok(tmp_path, "login", "support").err
    assert ring.kept


def test_pasting_over_ssh_goes_on_after_a_wrong_paste(server: TokenServer) -> None:
    told: list[str] = []
    shown: list[str] = []

    def answer(loopback: object, seconds: float) -> str:
        return "http://127.0.0.1/?code=x&state=wrong" if not told else server.browser(shown[0])

    tokens = signing_in.by_browser(
        server.provider(), user="x", show=lambda browser: shown.append(browser.url), answer=answer,
        wrong=told.append,
    )  # fmt: skip
    assert tokens.refresh is not None and len(told) == 1
    with pytest.raises(LoginRefused, match="given up"):
        signing_in.by_browser(server.provider(), user="x", show=lambda _: None, answer=lambda *_: None)
    with pytest.raises(LoginRefused, match="given up"):
        signing_in.by_device(server.provider(), show=lambda _: None, pause=lambda _: False)


def test_a_sign_in_as_somebody_else_is_not_kept(
    tmp_path: Path, imapd: Imapd, server: TokenServer, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save(tmp_path, signed_by(server, imap=imapd))
    monkeypatch.setattr(login, "_pause", lambda seconds: True)
    server.issued = lambda token: None
    result = call(tmp_path, "login")
    assert result.code == 1 and "sign in as the mailbox itself" in result.err and ring.kept == {}


def test_a_client_secret_lies_beside_the_token_in_the_keyring(
    tmp_path: Path, imapd: Imapd, server: TokenServer, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save(tmp_path, signed_by(server, device=False, imap=imapd))
    monkeypatch.setattr(signing, "provider", lambda *_: server.provider(wants_secret=True, device_url=""))
    monkeypatch.setenv("DESKTERM_CLIENT_SECRET", "shh")
    server.secret = "shh"

    def agree(browser: object) -> None:
        back = server.browser(browser.url)  # pyright: ignore
        threading.Thread(target=lambda: urllib.request.urlopen(back, timeout=10).read(), daemon=True).start()

    monkeypatch.setattr(login, "_show_address", agree)
    ok(tmp_path, "login")
    monkeypatch.delenv("DESKTERM_CLIENT_SECRET")
    assert ok(tmp_path, "sync")
    assert "shh" not in (tmp_path / config.FILE).read_text()


def test_a_reply_leaves_by_a_token_and_waits_while_the_provider_is_away(
    tmp_path: Path, imapd: Imapd, server: TokenServer, ring: InMemory
) -> None:
    with Smtpd(needs_login=True) as out:
        server.issued = lambda token: (imapd.tokens.add(token), out.tokens.add(token))[0]
        made = signed_by(server, imap=imapd, smtp=out)
        with opened(tmp_path / "home", made) as desk:
            keys = Keys(desk.home, desk.settings)
            ring.set_password("deskterm", NAME, server.grant())
            live.open_(desk)
            ticket = writing.begin(desk, "Hello", address="dana@x.example")
            writing.reply(desk, ticket, replies.Reply("Words.", ("dana@x.example",)), now=True)
            assert sync.once(desk, secrets=keys).sent == 1
            assert len(out.letters) == 1


@pytest.mark.parametrize("mailbox", [None, "nobody"])
def test_login_says_which_mailboxes_there_are(tmp_path: Path, mailbox: str | None) -> None:
    config.save(tmp_path, Settings(mailbox={"help": Box(address="help@x.example", imap="h")}))
    result = call(tmp_path, "login", *([mailbox] if mailbox else []))
    assert result.code == 3 and "Say which mailbox" in result.err
    refused = call(tmp_path, "login", "help@x.example")
    assert refused.code == 4 and "help uses a password" in refused.err


def test_a_command_may_print_access_tokens(imapd: Imapd, tmp_path: Path) -> None:
    imapd.tokens.add("from-a-command")
    imapd.faults.lacks = {"AUTH=PLAIN"}
    where = box(imap=imapd, oauth="command", password_command=("echo", "from-a-command"))
    with opened(tmp_path / "home", settings(where)) as desk:
        assert sync.once(desk).errors == ()
    assert imapd.logins == 1


def test_providers_take_what_the_settings_say_and_refuse_unknown_names(tmp_path: Path) -> None:
    made = Settings(oauth={"microsoft": Registration(client_id="mine", token_url="https://login.mine/token")})
    found = signing.provider(made, "microsoft")
    assert (found.client_id, found.token_url) == ("mine", "https://login.mine/token")
    assert (
        found.device_url.startswith("https://login.microsoftonline.com/") and "offline_access" in found.scopes
    )
    with pytest.raises(BadArgument, match=r"no \[oauth.else\]"):
        signing.provider(made, "else")
    with pytest.raises(config.ConfigError, match="oauth is 'else'; it can be google, microsoft, command"):
        config.read('[mailbox.a]\naddress = "a@b.c"\noauth = "else"\n')
    again = Settings(mailbox={"a": Box(address="a@b.c", oauth="mine")}, oauth={"mine": Registration("x")})
    assert config.read(config.write(again)) == again
    assert Secret("x")
