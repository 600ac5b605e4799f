"""From an address to servers, and one login to see."""

from __future__ import annotations

import pytest

from channels.discover import candidates, try_imap, try_smtp
from channels.errors import BadArgument
from channels.passwords import Secret
from tests.rigs.imapd import Imapd
from tests.rigs.smtpd import USER, Smtpd


def test_known_providers_have_one_answer() -> None:
    (found,) = candidates(" Someone@GMail.com ")
    assert (found.imap.host, found.imap.port, found.imap.security) == ("imap.gmail.com", 993, "tls")
    assert (found.smtp.port, found.user) == (465, "Someone@GMail.com")
    assert "app password" in found.advice


def test_unknown_domains_are_tried_by_their_usual_names_encrypted_always() -> None:
    found = candidates("help@acme.example")
    assert (found[0].imap.host, found[0].smtp.host) == ("imap.acme.example", "smtp.acme.example")
    assert {server.security for one in found for server in (one.imap, one.smtp)} == {"tls", "starttls"}
    assert len({(one.imap, one.smtp) for one in found}) == len(found)


def test_domains_beyond_ascii() -> None:
    assert candidates("a@bücher.example")[0].imap.host == "imap.xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["", "no-at", "a@b, c@d", "a@b\r\nc", "a@[127.0.0.1]", "a@"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadArgument):
        candidates(address)


def test_a_login_that_works_says_what_is_there(imapd: Imapd, smtpd: Smtpd) -> None:
    imapd.deliver(b"one")
    imapd.deliver(b"two")
    check = try_imap(imapd.account(), imapd.secret)
    assert check.ok and check.letters == 2 and "2 letters" in check.words
    assert try_smtp(smtpd.account(), None).ok
    assert smtpd.letters == [] and "MAIL" not in " ".join(smtpd.lines)


def test_a_login_that_fails_says_why(imapd: Imapd, tls_smtpd: Smtpd) -> None:
    check = try_imap(imapd.account(), Secret("wrong"))
    assert not check.ok and check.login_refused and "refused the login" in check.words
    assert not try_imap(imapd.account(security="starttls"), imapd.secret).login_refused
    check = try_smtp(tls_smtpd.account(security="starttls", user=USER), Secret("wrong"))
    assert not check.ok and check.login_refused
