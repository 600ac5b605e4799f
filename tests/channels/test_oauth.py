"""Signing in by OAuth: the four requests, the browser's way back, and what a token is on the wire."""

from __future__ import annotations

import logging
import socket
import traceback
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels import oauth, sasl
from channels.discover import try_imap, try_smtp
from channels.errors import (
    BadArgument,
    ChannelError,
    LoginRefused,
    ProtocolConfused,
    TokenRefused,
    Unreachable,
)
from channels.imap.receive import Mailbox
from channels.oauth import SignInOver, Tokens
from channels.oauth_loopback import Loopback
from channels.secret import Secret, Token
from tests.rigs import smtpd as sink
from tests.rigs.dovecot import Dovecot
from tests.rigs.imapd import Imapd
from tests.rigs.tokens import TokenServer, jwt

CANARY = "canary-7f3a9c"


def test_a_code_typed_on_another_device_gives_tokens() -> None:
    with TokenServer() as server:
        server.pending = 2
        provider = server.provider()
        device = oauth.begin_device(provider)
        assert (device.code, device.every) == ("ABCD-EFGH", 5)
        assert device.secret.reveal() not in repr(device)
        assert [oauth.poll_device(provider, device) for _ in range(2)] == [0, 0]
        server.script = [(400, {"error": "slow_down"})]
        assert oauth.poll_device(provider, device) == 5
        tokens = oauth.poll_device(provider, device)
        assert isinstance(tokens, Tokens) and tokens.refresh is not None and tokens.seconds == 3600
        with pytest.raises(SignInOver, match="over"):
            oauth.poll_device(provider, device)


def test_a_browser_comes_back_with_a_code_that_only_we_can_use() -> None:
    with TokenServer() as server, Loopback() as loopback:
        provider = server.provider()
        browser = oauth.begin_browser(provider, redirect=loopback.redirect, user="help@example.org")
        assert "code_challenge_method=S256" in browser.url and "login_hint=help%40example.org" in browser.url
        assert browser.verifier.reveal() not in browser.url
        back = server.browser(browser.url)
        with ThreadPoolExecutor(1) as other:
            page = other.submit(lambda: urllib.request.urlopen(back, timeout=5).read())
            found = loopback.wait(5)
            assert b"close this page" in page.result()
        assert found == back
        code = oauth.code_in(browser, found)
        stolen = oauth.begin_browser(provider, redirect=loopback.redirect, user="x")
        with pytest.raises(SignInOver):
            oauth.exchange(provider, stolen, code, client_secret=None)
        # The stand-in burns a code at its first use, right or wrong.
        again = oauth.code_in(browser, server.browser(browser.url))
        assert oauth.exchange(provider, browser, again, client_secret=None).refresh is not None


@pytest.mark.parametrize(
    "typed",
    ["", "hello", "http://127.0.0.1:1/?code=x", "http://127.0.0.1:1/?code=x&state=wrong", "http://[/?state"],
)
def test_what_is_pasted_has_to_be_the_answer_to_our_question(typed: str) -> None:
    with TokenServer() as server:
        browser = oauth.begin_browser(server.provider(), redirect="http://127.0.0.1:1/", user="x")
        with pytest.raises(BadArgument, match="not the address the sign-in ended at"):
            oauth.code_in(browser, typed)
        right = f"http://127.0.0.1:1/?state={browser.state.reveal()}"
        with pytest.raises(BadArgument, match="no code"):
            oauth.code_in(browser, right)
        with pytest.raises(LoginRefused, match="access_denied"):
            oauth.code_in(browser, f"{right}&error=access_denied")
        assert oauth.code_in(browser, f" {right}&code=c1\n").reveal() == "c1"


def test_the_way_back_is_for_one_answer_of_a_browser() -> None:
    with Loopback() as loopback, ThreadPoolExecutor(1) as other:
        waiting = other.submit(loopback.wait, 5)
        port = int(loopback.redirect.rsplit(":", 1)[1].strip("/"))
        for noise in (b"", b"\0\0\0", b"POST /?state=x HTTP/1.1\r\n", b"GET /favicon.ico HTTP/1.1\r\n"):
            with socket.create_connection(("127.0.0.1", port), 5) as line:
                line.sendall(noise)
                line.shutdown(socket.SHUT_WR)
                assert line.recv(100).startswith(b"HTTP/1.1 404")
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(b"GET /?state=x&code=y HTTP/1.1\r\n\r\n")
            assert waiting.result() == f"http://127.0.0.1:{port}/?state=x&code=y"


def test_a_sign_in_that_is_over_is_one_sentence_and_so_is_every_other_refusal() -> None:
    with TokenServer() as server:
        provider = server.provider()
        said: list[tuple[type[ChannelError], int, object]] = [
            (SignInOver, 400, {"error": "invalid_grant", "error_description": "revoked \x1b[2J by owner"}),
            (LoginRefused, 401, {"error": "invalid_client"}),
            (LoginRefused, 400, {"error": "something_new"}),
            (Unreachable, 503, b"busy"),
            (Unreachable, 400, {"error": "temporarily_unavailable"}),
            (ProtocolConfused, 200, b"<html>"),
            (ProtocolConfused, 200, b"[" * 100_000),
            (ProtocolConfused, 200, {"access_token": 3}),
            (ProtocolConfused, 200, {"access_token": "x", "token_type": "mac"}),
            (ProtocolConfused, 302, {"access_token": "x"}),
            (ProtocolConfused, 200, b"x" * 300_000),
        ]
        for kind, status, body in said:
            server.script = [(status, body)]
            with pytest.raises(kind) as caught:
                oauth.refresh(provider, Secret(CANARY))
            words = str(caught.value)
            assert words.endswith(".") and "\x1b" not in words and "\n" not in words, words
            assert type(caught.value) is kind


def test_a_program_nobody_registered_says_what_to_do_before_anything_is_asked() -> None:
    for flow in (
        lambda: oauth.begin_device(oauth.MICROSOFT),
        lambda: oauth.begin_browser(oauth.GOOGLE, redirect="http://127.0.0.1:1/", user="x"),
        lambda: oauth.refresh(oauth.GOOGLE, Secret("x")),
    ):
        with pytest.raises(BadArgument, match="client_id under"):
            flow()


def test_X01_no_token_in_a_traceback_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with TokenServer() as server:
        provider = server.provider()
        answers: list[tuple[int, object]] = [
            (400, {"error": "invalid_grant"}),
            (302, b""),
            (200, b"x" * 300_000),
        ]
        for script in answers:
            server.script = [script]
            with pytest.raises(ChannelError) as caught:
                oauth.refresh(provider, Secret(CANARY), client_secret=Secret(CANARY))
            shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            assert CANARY not in "".join(shown.format(chain=True)) + caplog.text
        assert CANARY in str(server.asked)
    with pytest.raises(Unreachable) as away:
        oauth.refresh(provider, Secret(CANARY))
    shown = traceback.TracebackException.from_exception(away.value, capture_locals=True)
    assert CANARY not in "".join(shown.format(chain=True))


# On the wire


@pytest.mark.parametrize("lacks", [{"AUTH=XOAUTH2"}, {"AUTH=OAUTHBEARER"}])
def test_imap_takes_a_token_by_either_mechanism(imapd: Imapd, lacks: set[str]) -> None:
    imapd.tokens.add("good-token")
    imapd.faults.lacks = lacks
    assert try_imap(imapd.account(), Token("good-token")).ok
    bad = Token("bad-token")
    with pytest.raises(TokenRefused, match="sign in again"):
        Mailbox(imapd.account(), bad)
    assert bad.refused and imapd.logins == 2, "one attempt each"
    assert imapd.commands[-1] in (b"AQ==\r\n", b"\r\n"), "the refusal was answered as its mechanism wants"


def test_a_token_is_never_sent_as_a_password(imapd: Imapd) -> None:
    with pytest.raises(LoginRefused, match="takes no sign-in by OAuth"):
        Mailbox(imapd.account(), Token(CANARY))
    assert CANARY.encode() not in b"".join(imapd.commands) and imapd.logins == 0


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_smtp_takes_a_token_by_either_mechanism(
    tls_smtpd: sink.Smtpd, mechanism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sasl, "pick", lambda offered: mechanism)
    tls_smtpd.tokens.add("good-token")
    account = tls_smtpd.account(security="starttls", user=sink.USER)
    assert try_smtp(account, Token("good-token")).ok
    bad = Token("bad-token")
    check = try_smtp(account, bad)
    assert not check.ok and bad.refused and "sign in again" in check.words and "bad-token" not in check.words
    assert tls_smtpd.lines[-1].startswith("answered")


def test_what_would_change_the_meaning_of_the_words_is_not_sent() -> None:
    for token, user in (("a\x01b", "u"), ("", "u"), ("tok en", "u"), ("tok", "u\x01auth=x")):
        for mechanism in (sasl.XOAUTH2, sasl.OAUTHBEARER):
            with pytest.raises(BadArgument):
                sasl.first(mechanism, Token(token), user=user, host="h", port=1)
    words = sasl.first(sasl.OAUTHBEARER, Token("t"), user="a=b,c@d", host="h", port=993)
    assert words == b"n,a=a=3Db=2Cc@d,\x01host=h\x01port=993\x01auth=Bearer t\x01\x01"
    assert sasl.first(sasl.XOAUTH2, Token("t"), user="a@b", host="h", port=1) == (
        b"user=a@b\x01auth=Bearer t\x01\x01"
    )


@pytest.mark.dovecot
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_dovecot_takes_signed_tokens_and_no_others(
    dovecot: Dovecot, mechanism: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sasl, "pick", lambda offered: mechanism if mechanism in offered else "")
    name = f"signed{mechanism}{security}".lower()
    dovecot.user(name)
    account = dovecot.account(name, security=security)  # pyright: ignore[reportArgumentType]
    address = f"{name}@example.org"
    assert try_imap(account, Token(jwt(address))).letters == 0
    for wrong in (
        jwt(address, lasts=-10), jwt(address, key=b"x" * 40), jwt("else@example.org"), "junk", "a" * 4000,
    ):  # fmt: skip
        token = Token(wrong)
        with pytest.raises(TokenRefused):
            Mailbox(account, token)
        assert token.refused
