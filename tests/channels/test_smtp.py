"""Letters out, with the line cut and the server refusing at every step."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from channels import smtp
from channels.errors import InsecureRefused, LoginRefused, Unreachable
from channels.letter import Address, Letter, Outgoing
from channels.passwords import Secret
from channels.smtp import Outcome, Phase, Result, SmtpAccount
from tests.rigs.certificates import make
from tests.rigs.smtpd import CUT, PASSWORD, STALL, USER, Smtpd

BODY = b"Message-ID: <m1@desk>\nSubject: hello\n\n.a dot first\nand text\r\nmixed\rends\n"
CANARY = "canary-7f3a9c"
ON_THE_WIRE = b"Message-ID: <m1@desk>\r\nSubject: hello\r\n\r\n.a dot first\r\nand text\r\nmixed\r\nends\r\n"


def outgoing(*to: str, cc: tuple[str, ...] = (), bcc: tuple[str, ...] = ()) -> Outgoing:
    def several(addrs: tuple[str, ...]) -> tuple[Address, ...]:
        return tuple(Address("", addr) for addr in addrs)

    return Outgoing(
        "m1@desk", Address("Help", "help@example.org"), several(to or ("ann@x.example",)), "hello", "text", 1,
        cc=several(cc), bcc=several(bcc),
    )  # fmt: skip


class Dots:
    """Counts the commits before the final dot."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def send(
    server: Smtpd,
    letter: Outgoing | None = None,
    *,
    account: SmtpAccount | None = None,
    secret: Secret | None = None,
    dots: Callable[[], None] | None = None,
    body: bytes = BODY,
    only: tuple[str, ...] | None = None,
) -> Result:
    return smtp.send(
        account or server.account(),
        secret,
        letter or outgoing(),
        about_to_dot=dots or Dots(),
        compose=lambda _: body,
        only=only,
    )


def test_a_letter_arrives_byte_for_byte(smtpd: Smtpd) -> None:
    dots = Dots()
    result = send(smtpd, dots=dots)
    assert result.outcome is Outcome.SENT and result.code == 250 and not result.needs_person
    assert [kept.raw for kept in smtpd.letters] == [ON_THE_WIRE]
    assert smtpd.letters[0].sender == "help@example.org" and dots.count == 1


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_O01_cut_before_the_letter_is_later_and_a_second_try_sends_one(smtpd: Smtpd, step: str) -> None:
    smtpd.script[step] = [CUT]
    dots = Dots()
    first = send(smtpd, dots=dots)
    assert first.outcome is Outcome.LATER and first.phase == step and dots.count == 0
    assert not first.needs_person
    assert send(smtpd).outcome is Outcome.SENT
    assert len(smtpd.letters) == 1


def test_O01_cut_in_the_middle_of_the_letter_is_later(smtpd: Smtpd) -> None:
    smtpd.script["body"] = [CUT]
    dots = Dots()
    result = send(
        smtpd, dots=dots, body=b"Subject: big\r\n\r\n" + b"0123456789" * 6 * b"\r\n".__len__() * 200_000
    )
    assert (result.outcome, result.phase, dots.count) == (Outcome.LATER, Phase.BODY, 0)
    assert smtpd.letters == []


@pytest.mark.parametrize("act", [CUT, STALL])
def test_O02_lost_after_the_dot_is_unsure(smtpd: Smtpd, act: str) -> None:
    smtpd.script["dot"] = [act]
    dots = Dots()
    result = send(smtpd, dots=dots, account=smtpd.account(read_timeout=0.5))
    assert result.outcome is Outcome.UNSURE and result.phase is Phase.DOT and dots.count == 1
    assert result.needs_person and "may have been sent" in result.words
    assert [one.outcome for one in result.recipients] == [Outcome.UNSURE]
    assert len(smtpd.letters) == 1, "and indeed it was"


def test_nothing_is_sent_when_the_commit_before_the_dot_fails(smtpd: Smtpd) -> None:
    def full() -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        send(smtpd, dots=full)
    send(smtpd, outgoing("second@x.example"))
    assert [kept.to for kept in smtpd.letters] == [("second@x.example",)]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize(("reply", "outcome"), [("451 4.7.1 later", "later"), ("554 5.7.1 never", "refused")])
def test_O05_refusals_at_each_step(smtpd: Smtpd, step: str, reply: str, outcome: str) -> None:
    smtpd.script[step] = [reply]
    result = send(smtpd)
    assert result.outcome == outcome and result.phase == step
    assert (result.code, result.words) == (int(reply[:3]), reply[4:])
    assert smtpd.letters == []


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_silent_server_is_later(smtpd: Smtpd, step: str) -> None:
    smtpd.script[step] = [STALL]
    result = send(smtpd, account=smtpd.account(read_timeout=0.3))
    assert (result.outcome, result.phase) == (Outcome.LATER, step)


def test_nobody_listening_is_later() -> None:
    with Smtpd() as server:
        account = server.account()
    result = send(server, account=account)
    assert (result.outcome, result.phase) == (Outcome.LATER, Phase.CONNECT)
    with pytest.raises(Unreachable):
        smtp.try_login(account, None)


@pytest.mark.parametrize(
    "addr",
    [
        "a@x.example, b@y.example", "a@x.example b@y.example", "a@x.example;b@y.example", "", "a", "a@",
        "@x.example", "<a@x.example>", "a@x.example>\r\nRCPT TO:<b@y.example", "a@x.example\n",
        "a@x..example", "a\0@x.example", "a@-x.example", "a@x_y@z", "\u2028a@x.example",
    ],
)  # fmt: skip
def test_O07_one_field_with_anything_but_one_address_is_refused_before_connecting(
    smtpd: Smtpd, addr: str
) -> None:
    result = send(smtpd, outgoing("fine@x.example", addr))
    assert (result.outcome, result.phase) == (Outcome.REFUSED, Phase.ADDRESS)
    assert smtpd.lines == [] and smtpd.letters == []


def test_O07_two_addresses_are_two_recipients_and_each_is_counted(smtpd: Smtpd) -> None:
    result = send(smtpd, outgoing("a@x.example", "b@y.example", cc=("c@z.example", "a@x.example")))
    assert smtpd.letters[0].to == ("a@x.example", "b@y.example", "c@z.example")
    assert [(one.addr, one.outcome) for one in result.recipients] == [
        ("a@x.example", "sent"), ("b@y.example", "sent"), ("c@z.example", "sent"),
    ]  # fmt: skip


def test_one_refused_of_two_is_said_and_the_other_gets_the_letter(smtpd: Smtpd) -> None:
    smtpd.script["rcpt:b@y.example"] = ["550 5.1.1 unknown\x1b[2J"]
    result = send(smtpd, outgoing("a@x.example", "b@y.example"))
    assert result.outcome is Outcome.SENT and smtpd.letters[0].to == ("a@x.example",)
    assert [one.outcome for one in result.recipients] == [Outcome.SENT, Outcome.REFUSED]
    assert "\x1b" not in result.recipients[1].words and "unknown" in result.recipients[1].words


def test_one_put_off_of_two_can_be_sent_alone_later(smtpd: Smtpd) -> None:
    smtpd.script["rcpt:b@y.example"] = ["450 4.2.0 grey"]
    letter = outgoing("a@x.example", "b@y.example")
    late = tuple(one.addr for one in send(smtpd, letter).recipients if one.outcome is Outcome.LATER)
    assert send(smtpd, letter, only=late).outcome is Outcome.SENT
    assert [kept.to for kept in smtpd.letters] == [("a@x.example",), ("b@y.example",)]


def test_all_refused_but_one_put_off_is_later(smtpd: Smtpd) -> None:
    smtpd.script["rcpt"] = ["550 no", "450 grey"]
    result = send(smtpd, outgoing("a@x.example", "b@y.example"))
    assert (result.outcome, result.code) == (Outcome.LATER, 450)
    assert [one.outcome for one in result.recipients] == [Outcome.REFUSED, Outcome.LATER]


def test_a_server_that_closes_at_an_address_is_later_for_all(smtpd: Smtpd) -> None:
    smtpd.script["rcpt:b@y.example"] = ["421 4.3.2 closing"]
    result = send(smtpd, outgoing("a@x.example", "b@y.example", "c@z.example"))
    assert (result.outcome, result.phase, result.code) == (Outcome.LATER, Phase.RCPT, 421)
    assert {one.outcome for one in result.recipients} == {Outcome.LATER} and smtpd.letters == []


def test_addresses_beyond_ascii(smtpd: Smtpd) -> None:
    assert send(smtpd, outgoing("jürgen@bücher.example")).outcome is Outcome.SENT
    assert smtpd.letters[0].to == ("jürgen@xn--bcher-kva.example",)
    assert any("SMTPUTF8" in line for line in smtpd.lines)


def test_a_letter_above_the_servers_limit_is_refused_before_it_is_sent() -> None:
    with Smtpd(limit=1000) as server:
        result = send(server, body=b"x" * 2000)
        assert (result.outcome, result.phase) == (Outcome.REFUSED, Phase.SIZE)
        assert not any(line.startswith("MAIL") for line in server.lines)


def test_O10_starttls_stripped_sends_neither_password_nor_letter(smtpd: Smtpd) -> None:
    account = smtpd.account(security="starttls", user=USER)
    result = send(smtpd, account=account, secret=smtpd.secret)
    assert (result.outcome, result.phase) == (Outcome.LATER, Phase.TLS)
    assert result.needs_person and "STARTTLS" in result.words
    assert smtpd.lines == [] and smtpd.letters == []


@pytest.mark.parametrize(("name", "expired", "trusted"), [
    ("localhost", False, False), ("localhost", True, True), ("mail.example.org", False, True),
])  # fmt: skip
@pytest.mark.parametrize("implicit", [True, False])
def test_O11_certificates_that_do_not_hold(
    tmp_path: Path, name: str, expired: bool, trusted: bool, implicit: bool
) -> None:
    certificate = make(tmp_path, name=name, expired=expired)
    with Smtpd(certificate=certificate, implicit_tls=implicit) as server:
        account = server.account(
            security="tls" if implicit else "starttls", user=USER, ca_file=None if trusted else ""
        )
        result = send(server, account=account, secret=server.secret)
        assert (result.outcome, result.phase) == (Outcome.LATER, Phase.TLS)
        assert "certificate" in result.words and result.needs_person
        assert "SHA-256 fingerprint" in result.words
        assert "AUTH" not in server.lines and server.letters == []
        with pytest.raises(InsecureRefused):
            smtp.try_login(account, server.secret)


def test_plain_text_leaves_this_machine_never(smtpd: Smtpd) -> None:
    for host, allowed in (("mail.example.org", True), ("127.0.0.1", False)):
        account = SmtpAccount(host, smtpd.port, security="plain", insecure_loopback=allowed)
        result = send(smtpd, account=account)
        assert (result.outcome, result.phase) == (Outcome.LATER, Phase.TLS)
    assert smtpd.letters == [] and smtpd.lines == []


def test_login_then_letter(tls_smtpd: Smtpd, tmp_path: Path) -> None:
    account = tls_smtpd.account(security="starttls", user=USER)
    assert send(tls_smtpd, account=account, secret=tls_smtpd.secret).outcome is Outcome.SENT
    smtp.try_login(account, tls_smtpd.secret)
    with Smtpd(certificate=make(tmp_path), implicit_tls=True, needs_login=True) as server:
        account = server.account(security="tls", user=USER)
        assert send(server, account=account, secret=server.secret).outcome is Outcome.SENT


@pytest.mark.parametrize(("needs_login", "outcome"), [(False, Outcome.SENT), (True, Outcome.REFUSED)])
def test_a_server_on_this_machine_that_knows_no_logins_gets_no_password(
    tmp_path: Path, needs_login: bool, outcome: Outcome
) -> None:
    with Smtpd(certificate=make(tmp_path), needs_login=needs_login) as server:
        account = server.account(user=USER)
        smtp.try_login(account, Secret(CANARY))
        result = send(server, account=account, secret=Secret(CANARY))
        assert result.outcome is outcome
        assert len(server.letters) == (outcome is Outcome.SENT)
        assert not any("AUTH" in line for line in server.lines)


def test_from_elsewhere_a_missing_login_is_an_error(tmp_path: Path) -> None:
    with Smtpd(certificate=make(tmp_path), no_logins=True) as server:
        result = send(server, account=server.account(security="starttls", user=USER), secret=Secret(CANARY))
    assert (result.outcome, result.phase, server.letters) == (Outcome.LATER, Phase.AUTH, [])


def test_a_wrong_password_is_tried_once_and_told(tls_smtpd: Smtpd) -> None:
    account = tls_smtpd.account(security="starttls", user=USER)
    result = send(tls_smtpd, account=account, secret=Secret(CANARY))
    assert (result.outcome, result.phase, result.code) == (Outcome.LATER, Phase.AUTH, 535)
    assert result.needs_person and tls_smtpd.lines.count("AUTH") == 1
    with pytest.raises(LoginRefused) as caught:
        smtp.try_login(account, Secret(CANARY))
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert CANARY not in shown + repr(result)


def test_a_login_put_off_is_tried_again_without_a_person(tls_smtpd: Smtpd) -> None:
    tls_smtpd.script["auth"] = ["454 4.7.0 busy"]
    account = tls_smtpd.account(security="starttls", user=USER)
    result = send(tls_smtpd, account=account, secret=tls_smtpd.secret)
    assert (result.outcome, result.phase, result.needs_person) == (Outcome.LATER, Phase.AUTH, False)


def test_O12_bcc_is_in_the_envelope_only(smtpd: Smtpd) -> None:
    send(smtpd, outgoing("a@x.example", bcc=("secret@y.example",)))
    assert smtpd.letters[0].to == ("a@x.example", "secret@y.example")
    assert b"secret@y.example" not in smtpd.letters[0].raw and b"bcc" not in smtpd.letters[0].raw.lower()


def test_O12_what_leaves_is_an_outgoing_letter_or_nothing(smtpd: Smtpd) -> None:
    note = Letter(b"", "", "", (), (), (), (), (), (), "s", None, "", "internal")
    with pytest.raises(TypeError):
        smtp.send(smtpd.account(), None, note, about_to_dot=Dots())  # pyright: ignore[reportArgumentType]
    assert smtpd.lines == []


def test_words_of_the_server_are_cleaned(smtpd: Smtpd) -> None:
    smtpd.script["mail"] = ["451 bad\x1b]52;c;x\x07 \u202e thing"]
    assert send(smtpd).words == "bad ]52;c;x thing"


def test_the_secret_is_not_shown(smtpd: Smtpd) -> None:
    assert PASSWORD not in repr(smtpd.account(user=USER)) + f"{smtpd.secret} {smtpd.secret!r}"
