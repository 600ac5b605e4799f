"""Tokens over time: renewed early, by one process at a time, and no rotated refresh token is ever lost."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring

from channels import oauth_keep
from channels.errors import NoSecret, Unreachable
from channels.oauth import SignInOver, Tokens
from channels.oauth_keep import EARLY, Grant, SignIn, read
from channels.secret import Secret, Token
from tests.paths import ROOT
from tests.rigs.rings import InFile, InMemory, using
from tests.rigs.tokens import TokenServer

NAME = "oauth-help@example.org@host"


class Hours:
    """A clock that moves when told."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ring() -> Iterator[InMemory]:
    made = InMemory()
    with using(made):
        yield made


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


def signed(server: TokenServer, tmp_path: Path, *, clock: Hours | None = None) -> SignIn:
    """A sign-in that was begun a moment ago."""
    made = SignIn(NAME, server.provider(), tmp_path / "lock", again="Run login.", clock=clock or Hours())
    made.take(Tokens(Token("first"), Secret(server.grant()), 3600))
    return made


def kept(ring: InMemory) -> str:
    return json.loads(ring.kept["deskterm", NAME])["refresh_token"]


def test_a_token_is_used_until_shortly_before_its_end(
    ring: InMemory, server: TokenServer, tmp_path: Path
) -> None:
    clock = Hours()
    signed_in = signed(server, tmp_path, clock=clock)
    assert signed_in.token().reveal() == "first" and server.asked == []
    clock.now += 3600 - EARLY - 1
    assert signed_in.token().reveal() == "first"
    clock.now += 2
    second = signed_in.token()
    assert second.reveal() != "first" and len(server.asked) == 1
    assert signed_in.token() is second and len(server.asked) == 1


def test_a_token_a_server_refused_is_replaced(ring: InMemory, server: TokenServer, tmp_path: Path) -> None:
    signed_in = signed(server, tmp_path)
    signed_in.token().refused = True
    assert signed_in.token().reveal() != "first"


def test_the_rotated_refresh_token_is_kept_and_the_access_token_is_not(
    ring: InMemory, server: TokenServer, tmp_path: Path
) -> None:
    clock = Hours()
    signed_in = signed(server, tmp_path, clock=clock)
    for _ in range(3):
        clock.now += 3600
        access = signed_in.token()
        assert kept(ring) in server.live
        assert access.reveal() not in str(ring.kept)
    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
    assert (tmp_path / "lock").read_bytes() == b"" and (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_sign_in_that_is_over_says_what_to_do(ring: InMemory, server: TokenServer, tmp_path: Path) -> None:
    signed_in = signed(server, tmp_path)
    server.live.clear()
    signed_in.token().refused = True
    with pytest.raises(SignInOver, match=r"is over or was revoked .*\. Run login\.$"):
        signed_in.token()
    signed_in.take(Tokens(Token("anew"), Secret(server.grant()), 3600))
    assert signed_in.token().reveal() == "anew"


def test_nobody_signed_in_yet_says_what_to_do(ring: InMemory, server: TokenServer, tmp_path: Path) -> None:
    never = SignIn(NAME, server.provider(), tmp_path / "lock", again="Run login.")
    with pytest.raises(NoSecret, match=r"Nobody is signed in .*Run login\.$"):
        never.token()
    assert server.asked == []


def test_a_password_for_another_mailbox_is_never_taken_for_a_token(
    server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", "canary-7f3a9c")
    (tmp_path / "deskterm-password").write_text("canary-7f3a9c")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with using(NoKeyring()):
        never = SignIn(NAME, server.provider(), tmp_path / "lock")
        with pytest.raises(NoSecret):
            never.token()
        (tmp_path / f"deskterm.{NAME}").write_text(server.grant())
        assert never.token()
    assert len(server.asked) == 1


def test_without_a_refresh_token_or_a_keyring_a_sign_in_is_not_kept(
    ring: InMemory, server: TokenServer, tmp_path: Path
) -> None:
    signed_in = SignIn(NAME, server.provider(), tmp_path / "lock")
    with pytest.raises(NoSecret, match="no refresh token"):
        signed_in.take(Tokens(Token("x"), None, 3600))
    with using(NoKeyring()), pytest.raises(NoSecret, match="no keyring is running"):
        signed_in.take(Tokens(Token("x"), Secret("y"), 3600))
    assert ring.kept == {}


def test_a_rotated_token_the_keyring_refuses_serves_this_process_and_is_offered_again(
    ring: InMemory, server: TokenServer, tmp_path: Path
) -> None:
    clock = Hours()
    signed_in = signed(server, tmp_path, clock=clock)
    old = kept(ring)
    clock.now += 3600
    with using(NoKeyring()):
        signed_in._unkept = read(Secret(old))
        signed_in.token()
        clock.now += 3600
        signed_in.token()
    assert kept(ring) == old
    clock.now += 3600
    signed_in.token()
    assert kept(ring) in server.live


def test_what_a_keyring_or_a_command_has_is_read_either_way() -> None:
    grant = Grant(Secret("r"), Secret("c"))
    assert read(grant.written()) == grant
    for plain in ("refresh-alone", '"text"', "{}", '{"refresh_token": 3}', "[1]"):
        assert read(Secret(plain)).refresh.reveal() == plain


def test_another_process_that_holds_the_lock_for_ever_is_not_waited_for(
    ring: InMemory, server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = signed(server, tmp_path)
    signed_in.token().refused = True
    monkeypatch.setattr(oauth_keep, "LOCK_SECONDS", 0.1)
    with (tmp_path / "lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unreachable, match="Another deskterm"):
            signed_in.token()
    assert signed_in.token()


def test_many_threads_ask_and_one_of_them_renews(ring: InMemory, server: TokenServer, tmp_path: Path) -> None:
    signed_in = signed(server, tmp_path)
    signed_in.token().refused = True
    with ThreadPoolExecutor(8) as pool:
        found = {token.reveal() for token in pool.map(lambda _: signed_in.token(), range(16))}
    assert len(found) == 1 and len(server.asked) == 1


PROCESS = """
import sys
from pathlib import Path
import keyring
from channels.oauth_keep import SignIn
from tests.rigs.rings import InFile
from tests.rigs.tokens import CLIENT
from channels.https import Web
from channels.oauth import Provider
ring, lock, url, name = sys.argv[1:]
keyring.set_keyring(InFile(Path(ring)))
web = Web(seconds=20, private=True, insecure_loopback=True)
signed = SignIn(name, Provider("rig", CLIENT, url + "/token", web=web), Path(lock))
sys.stdin.readline()
for _ in range(3):
    signed.token().refused = True
print("done")
"""


def test_two_processes_never_renew_at_once_and_lose_no_rotated_token(
    server: TokenServer, tmp_path: Path
) -> None:
    """A refresh token used twice ends the sign-in of the stand-in for good, as with strict servers."""
    ring, lock = tmp_path / "ring", tmp_path / "lock"
    InFile(ring).set_password("deskterm", NAME, Grant(Secret(server.grant())).written().reveal())
    words = [sys.executable, "-c", PROCESS, str(ring), str(lock), server.url, NAME]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [
        subprocess.Popen(words, stdin=-1, stdout=-1, stderr=-1, text=True, env=env, cwd=tmp_path)
        for _ in range(3)
    ]
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in started:
        out, err = one.communicate(timeout=100)
        assert out.strip() == "done", err
    assert len(server.asked) == 9
    grant = json.loads(json.loads(ring.read_text())[f"deskterm {NAME}"])
    assert server.live == {grant["refresh_token"]}
