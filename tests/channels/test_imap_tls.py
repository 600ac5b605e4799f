"""Encrypted or not at all, over IMAP: what is refused, and that no secret was sent."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from pathlib import Path

import pytest

from channels.errors import ChannelError, InsecureRefused, LoginRefused, Unreachable
from channels.imap.receive import Mailbox
from channels.passwords import Secret
from tests.rigs.certificates import make
from tests.rigs.imapd import PASSWORD, Imapd

CANARY = "canary-7f3a9c"


def said(server: Imapd) -> bytes:
    return b"".join(server.commands).upper()


def never_logged_in(server: Imapd) -> bool:
    return server.logins == 0 and b"LOGIN" not in said(server) and b"AUTHENTICATE" not in said(server)


def test_starttls_and_implicit_tls_work(tmp_path: Path) -> None:
    certificate = make(tmp_path)
    with Imapd(certificate=certificate) as one, Mailbox(one.account(security="starttls"), one.secret) as box:
        assert box.open("INBOX").exists == 0
    with Imapd(certificate=certificate, implicit_tls=True) as two:
        two.deliver(b"hello")
        with Mailbox(two.account(security="tls"), two.secret) as box:
            box.open("INBOX")
            assert [one.raw for batch in box.fetch(box.uids()) for one in batch] == [b"hello"]


def test_X06_starttls_stripped_sends_no_password(imapd: Imapd) -> None:
    with pytest.raises(InsecureRefused, match="STARTTLS"):
        Mailbox(imapd.account(security="starttls"), imapd.secret)
    assert never_logged_in(imapd)


@pytest.mark.parametrize("security", ["starttls", "plain"])
def test_X06_preauth_is_left_at_once(tls_imapd: Imapd, security: str) -> None:
    tls_imapd.faults.preauth = True
    with pytest.raises(InsecureRefused, match="PREAUTH"):
        Mailbox(tls_imapd.account(security=security), tls_imapd.secret)  # pyright: ignore[reportArgumentType]
    assert never_logged_in(tls_imapd)


def test_X06_plain_text_only_to_this_machine_and_only_when_said(imapd: Imapd) -> None:
    account = imapd.account()
    for host, allowed in (("mail.example.org", True), ("127.0.0.1", False), ("localhost.evil.example", True)):
        refused = type(account)(host, imapd.port, account.user, security="plain", insecure_loopback=allowed)
        with pytest.raises(InsecureRefused):
            Mailbox(refused, imapd.secret)
    assert imapd.sessions == 0


def test_X07_what_was_slipped_in_before_tls_has_no_effect(tls_imapd: Imapd) -> None:
    tls_imapd.faults.before_tls = (
        b"* 99 EXISTS\r\n* OK [ALERT] call 0900 now\r\n* CAPABILITY IMAP4rev1 EVIL\r\n"
    )
    try:
        with Mailbox(tls_imapd.account(security="starttls"), tls_imapd.secret) as box:
            assert not box.can("EVIL")
            assert box.open("INBOX").exists == 0
    except ChannelError as error:
        # Bytes in the middle of a handshake may also break it; that is as good.
        assert never_logged_in(tls_imapd) and "0900" not in str(error)


def test_X07_what_was_said_before_tls_has_no_effect(tls_imapd: Imapd) -> None:
    tls_imapd.faults.before_ok = (
        b"* 99 EXISTS\r\n* OK [ALERT] call 0900 now\r\n* CAPABILITY IMAP4rev1 EVIL\r\n"
    )
    with Mailbox(tls_imapd.account(security="starttls"), tls_imapd.secret) as box:
        assert not box.can("EVIL") and not box.line.client.has_capability("EVIL")  # pyright: ignore
        assert box.open("INBOX").exists == 0


@pytest.mark.parametrize("implicit", [True, False])
def test_X08_a_self_signed_certificate_is_refused_with_its_fingerprint(
    tmp_path: Path, implicit: bool
) -> None:
    with Imapd(certificate=make(tmp_path), implicit_tls=implicit) as server:
        account = server.account(security="tls" if implicit else "starttls", ca_file="")
        with pytest.raises(InsecureRefused, match=r"SHA-256 fingerprint ([0-9A-F]{2}:){31}"):
            Mailbox(account, server.secret)
        assert never_logged_in(server)


def test_X08_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    with Imapd(certificate=make(tmp_path, expired=True), implicit_tls=True) as server:
        with pytest.raises(InsecureRefused, match="expired"):
            Mailbox(server.account(security="tls"), server.secret)
        assert never_logged_in(server)


def test_X08_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with Imapd(certificate=make(tmp_path, name="mail.example.org"), implicit_tls=True) as server:
        with pytest.raises(InsecureRefused, match="Hostname mismatch"):
            Mailbox(server.account(security="tls"), server.secret)
        assert never_logged_in(server)


def test_the_wrong_kind_of_encryption_is_a_sentence(imapd: Imapd) -> None:
    with pytest.raises(InsecureRefused, match="Check the port"):
        Mailbox(imapd.account(security="tls"), imapd.secret)


def test_a_server_that_is_no_mail_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def serve() -> None:
            line, _ = other.accept()
            line.close()

        threading.Thread(target=serve, daemon=True).start()
        server = Imapd()
        server.stop()
        server.port = port
        with pytest.raises(Unreachable, match="hung up"):
            Mailbox(server.account(), server.secret)


@pytest.mark.parametrize("lacks", [set[str](), {"AUTH=PLAIN"}])
@pytest.mark.parametrize("fault", ["wrong", "cut", "stall"])
def test_X01_the_password_is_in_no_log_and_no_traceback(
    imapd: Imapd, caplog: pytest.LogCaptureFixture, lacks: set[str], fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    imapd.faults.lacks = lacks
    # Right after the answers that come before the login.
    enough = 160 if lacks else 180
    if fault == "cut":
        imapd.faults.cut_after = enough
    if fault == "stall":
        imapd.faults.stall_after = enough
    with pytest.raises((LoginRefused, Unreachable)) as caught:
        Mailbox(imapd.account(read_timeout=0.2), Secret(CANARY))
    if fault != "wrong":
        assert b"AUTHENTICATE" in said(imapd) or b"LOGIN" in said(imapd), "the fault came too early to tell"
    full = "".join(
        traceback.TracebackException.from_exception(caught.value, capture_locals=True).format(chain=True)
    )
    assert CANARY not in full and CANARY not in caplog.text
    assert caught.value.__context__ is None
    assert "NhbmFyeS03ZjNhOWM" not in full + caplog.text, "nor its base64"


def test_X01_nor_after_a_good_login(imapd: Imapd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Mailbox(imapd.account(), imapd.secret) as box:
        assert PASSWORD not in repr(box.line) + repr(box.account) + repr(vars(box))
    assert PASSWORD not in caplog.text
