"""Who may say that a sender is who he says: our own server, and nobody below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mime.parse import parse
from channels.mime.vouching import Verdict, Vouched, read, vouched

OURS = frozenset({"mx.us.example"})
HOP = "Received: from mail.acme.example (mail.acme.example [192.0.2.7]) by mx.us.example with ESMTPS; now"
INNER = "Received: from mx.us.example by store.us.example with LMTP; now"
OUTSIDE = "Received: from laptop.local by mail.acme.example; now"
GOOD = "Authentication-Results: mx.us.example; dmarc=pass header.from=acme.example"


def judged(*fields: str, domain: str = "acme.example", servers: frozenset[str] = OURS) -> Vouched:
    raw = "\r\n".join((*fields, "From: Dana <dana@acme.example>", "", "Hi")).encode()
    return vouched(parse(raw).trace, domain=domain, servers=servers)


@pytest.mark.parametrize(
    "fields",
    [(GOOD, HOP, OUTSIDE), (HOP, GOOD, OUTSIDE), (INNER, HOP, GOOD), (INNER, GOOD, HOP, OUTSIDE), (GOOD,)],
)
def test_the_field_of_our_server_counts_wherever_it_puts_it(fields: tuple[str, ...]) -> None:
    assert judged(*fields) == Vouched(Verdict.PASS, certain=True)


@pytest.mark.parametrize(
    "fields",
    [
        (HOP, OUTSIDE, GOOD),
        (HOP, HOP, GOOD),
        (HOP, "Received: from a.example by b.example; now", GOOD),
        (HOP, GOOD.replace("mx.us", "mx.evil")),
        (HOP, GOOD.replace("mx.us.example", "xmx.us.example")),
        (HOP, "Authentication-Results: dmarc=pass header.from=acme.example"),
        (HOP, "Authentication-Results: (mx.us.example;) evil.example; dmarc=pass"),
        (HOP, 'Authentication-Results: "evil; mx.us.example"; dmarc=pass'),
        (HOP,),
        (),
    ],
)
def test_A08_a_field_from_outside_is_ignored(fields: tuple[str, ...]) -> None:
    assert judged(*fields).verdict is Verdict.NONE


def test_the_topmost_field_of_our_server_is_the_one() -> None:
    bad = GOOD.replace("pass", "fail")
    assert judged(HOP, bad, GOOD).verdict is Verdict.FAIL


def test_without_a_name_the_last_hop_is_ours_and_is_not_certain() -> None:
    assert judged(HOP, GOOD, servers=frozenset()) == Vouched(Verdict.PASS, certain=False)
    bad = GOOD.replace("pass", "fail")
    assert judged(HOP, bad, servers=frozenset()) == Vouched(Verdict.FAIL, certain=False)
    evil = GOOD.replace("mx.us.example", "mx.evil.example")
    assert judged(HOP, evil, servers=frozenset()).verdict is Verdict.NONE
    assert judged(GOOD, servers=frozenset()).verdict is Verdict.NONE, "no hop, so nobody is ours"


def test_microsoft_names_no_server_and_stands_above_the_border() -> None:
    inside = "Received: from A.prod.outlook.com (::1) by B.prod.outlook.com; now"
    said = (
        "Authentication-Results: spf=pass (sender IP is 1.2.3.4)\r\n smtp.mailfrom=acme.example; dmarc=pass"
    )
    border = "Received: from mail.acme.example (1.2.3.4) by C.mail.protection.outlook.com; now"
    assert judged(inside, said, border, servers=frozenset()).verdict is Verdict.PASS
    assert judged(inside, border, said, servers=frozenset()).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("dmarc=fail (p=none) header.from=acme.example; dkim=pass header.d=evil.example", Verdict.FAIL),
        ("dmarc=pass header.from=evil.example", Verdict.NONE),
        ("dmarc=none; dkim=pass header.d=acme.example", Verdict.PASS),
        ("dkim=pass header.i=@acme.example", Verdict.PASS),
        ("dkim=pass header.i=@evil.example; spf=pass smtp.mailfrom=bounce@evil.example", Verdict.NONE),
        ("dkim=pass header.d=x.acme.example", Verdict.NONE),
        ("dkim=pass header.d=example", Verdict.NONE),
        ("spf=pass smtp.mailfrom=dana@acme.example", Verdict.PASS),
        ("spf=pass smtp.helo=acme.example", Verdict.NONE),
        ("spf=softfail smtp.mailfrom=acme.example; dkim=none", Verdict.FAIL),
        ("dkim=neutral", Verdict.NONE),
        ("none", Verdict.NONE),
        ('dkim = pass (a "(2)" ) header.d = "ACME.example"', Verdict.PASS),
        ("auth=pass smtp.auth=acme.example", Verdict.NONE),
    ],
)
def test_what_the_findings_mean(said: str, verdict: Verdict) -> None:
    assert judged(HOP, f"Authentication-Results: mx.us.example 1; {said}").verdict is verdict


def test_a_letter_nobody_judged_carries_no_trace() -> None:
    assert parse(f"{HOP}\r\nFrom: a@b.example\r\n\r\nx".encode()).trace == ()


@given(st.text(max_size=300))
def test_any_field_is_read_without_raising(value: str) -> None:
    _, results = read(value)
    list(results)
    vouched((("received", value), ("authentication-results", value)), domain="a.example")
