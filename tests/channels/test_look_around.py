"""Servers found by what a domain says of itself: files, records, carriers; and strangers who say too much."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from channels import autoconfig, dns, https
from channels.autoconfig import Unfit
from channels.discover import Server, known_to_carry
from channels.dns import MX, SRV, NoAnswer
from channels.errors import BadArgument, InsecureRefused, ProtocolConfused, Unreachable
from channels.https import Web, public
from channels.look_around import Around, look_around
from tests.rigs.certificates import make
from tests.rigs.web import Resolver, pages

FILE = b"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="acme.example"><domain>acme.example</domain>
<incomingServer type="pop3"><hostname>pop.acme.example</hostname><port>995</port>
  <socketType>SSL</socketType></incomingServer>
<incomingServer type="imap"><hostname>slow.acme.example</hostname><port>143</port>
  <socketType>STARTTLS</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="imap"><hostname>in.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
  <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>out.acme.example</hostname><port>465</port><socketType>SSL</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""

NOWHERE = Around(places=lambda domain: (), resolvers=(), seconds=5)


def test_a_file_of_the_domain_says_servers_and_login(tmp_path: Path) -> None:
    certificate = make(tmp_path)
    web = Web(seconds=5, private=True, ca_file=str(certificate.cert))
    with pages(
        {"/config": (302, {"Location": "/moved"}, b""), "/moved": (200, {}, FILE)}, certificate=certificate
    ) as at:
        around = Around(
            places=lambda domain: (f"{at}/none", f"{at}/config"), web=web, resolvers=(), seconds=10
        )
        found = look_around("help@acme.example", around)
    assert found[0].imap == Server("in.acme.example", 993, "tls")
    assert found[0].smtp == Server("out.acme.example", 465, "tls")
    assert found[0].user == "help" and found[0].why.startswith("said by localhost")
    assert found[1].imap.host == "imap.acme.example", "the usual names follow"


def test_records_of_the_domain() -> None:
    zone = {
        ("_imaps._tcp.acme.example", SRV): [(20, 1, 993, "b.acme.example"), (10, 1, 9993, "a.acme.example.")],
        ("_submission._tcp.acme.example", SRV): [(0, 1, 587, "out.acme.example")],
        ("_submissions._tcp.acme.example", SRV): [(0, 0, 0, "")],
    }
    with Resolver(zone) as resolver:
        found = look_around(
            "help@acme.example", Around(lambda domain: (), resolvers=(resolver.place,), seconds=10)
        )
        assert found[0].imap == Server("a.acme.example", 9993, "tls")
        assert found[0].smtp == Server("out.acme.example", 587, "starttls")
        resolver.cut = True
        assert len(dns.look_up("_imaps._tcp.acme.example", SRV, servers=[resolver.place])) == 2, (
            "asked again by TCP"
        )


@pytest.mark.parametrize(
    ("server", "name", "oauth"),
    [
        ("aspmx.l.google.com", "imap.gmail.com", ""),
        ("acme-example.mail.protection.outlook.com", "outlook.office365.com", "microsoft"),
        ("in1-smtp.messagingengine.com", "imap.fastmail.com", ""),
    ],
)
def test_a_company_whose_mail_a_provider_carries_is_there(server: str, name: str, oauth: str) -> None:
    with Resolver({("acme.example", MX): [(10, 0, 0, server)]}) as resolver:
        around = Around(lambda domain: (), resolvers=(resolver.place,), seconds=10)
        found = look_around("help@acme.example", around)
    assert (found[0].imap.host, found[0].oauth, found[0].user) == (name, oauth, "help@acme.example")


def test_a_name_that_only_looks_like_a_carrier_is_none() -> None:
    assert known_to_carry("mx.notgoogle.com") is None and known_to_carry("google.com.evil.example") is None


def test_without_a_network_the_usual_names_are_there_at_once() -> None:
    dead = Around(
        places=lambda domain: ("https://127.0.0.1:1/",),
        web=Web(private=True),
        resolvers=(("127.0.0.1", 1),),
        seconds=5,
    )
    began = time.monotonic()
    assert look_around("help@acme.example", dead)[0].imap.host == "imap.acme.example"
    assert look_around("x@gmail.com", NOWHERE)[0].imap.host == "imap.gmail.com"
    assert time.monotonic() - began < 30
    with pytest.raises(BadArgument):
        look_around("nobody", NOWHERE)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><clientConfig>&b;</clientConfig>'


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"<", b"junk", BOMB, BOMB.decode().encode("utf-16"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 50 + b"</a>" * 50, b"<a>" + b"<b/>" * 600 + b"</a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_file_is_not_used(raw: bytes) -> None:
    with pytest.raises(Unfit):
        autoconfig.read(raw, address="help@acme.example")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<hostname>out.acme.example", b"<hostname>localhost"),
        (b"<hostname>out.acme.example", b"<hostname>-x.example"),
        (b"<hostname>out.acme.example", b"<hostname>a b.example"),
        (b"<hostname>out.acme.example", b"<hostname>\xd0\xb0cme.example"),
        (b"<port>465", b"<port>465x"), (b"<port>465", b"<port>0"), (b"<port>465", b"<port>99999"),
        (b"<port>465</port><socketType>SSL", b"<port>465</port><socketType>plain"),
    ],
)  # fmt: skip
def test_a_server_that_is_none_or_speaks_in_the_open_is_left_out(old: bytes, new: bytes) -> None:
    said = autoconfig.read(FILE.replace(old, new), address="help@acme.example")
    assert old in FILE and [one.kind for one in said] == ["imap", "imap"]


def test_only_the_usual_login_names_are_filled_in() -> None:
    odd = FILE.replace(b"%EMAILLOCALPART%", b"root")
    assert autoconfig.read(odd, address="help@acme.example")[1].user == "help@acme.example"


# Whom we ask, and how far that goes


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "2002:7f00:1::", "x",
    ],
)  # fmt: skip
def test_addresses_of_the_private_network(address: str) -> None:
    assert not public(address)


def test_addresses_of_the_open_internet() -> None:
    assert public("8.8.8.8") and public("2606:4700:4700::1111")


def test_X15_neither_an_address_nor_a_redirect_leads_into_the_private_network(tmp_path: Path) -> None:
    certificate = make(tmp_path)
    seen = {"/inside": (200, {}, b"secret")}
    with pages(seen, certificate=certificate) as at, pytest.raises(InsecureRefused, match="private network"):
        https.get(f"{at}/inside", Web(ca_file=str(certificate.cert)))


@pytest.mark.parametrize(
    "onward", ["http://localhost/x", "file:///etc/passwd", "https://user@x.example/", "gopher://x/"]
)
def test_X15_a_redirect_out_of_https_is_refused(tmp_path: Path, onward: str) -> None:
    certificate = make(tmp_path)
    web = Web(seconds=5, private=True, ca_file=str(certificate.cert))
    held = {"/": (302, {"Location": onward}, b"")}
    with pages(held, certificate=certificate) as at, pytest.raises((InsecureRefused, BadArgument)):
        https.get(f"{at}/", web)


def test_a_circle_of_redirects_a_flood_and_a_drip_each_end(tmp_path: Path) -> None:
    certificate = make(tmp_path)
    web = Web(seconds=5, most=1000, private=True, ca_file=str(certificate.cert))
    held = {"/round": (302, {"Location": "/round"}, b""), "/flood": (200, {}, b"x" * 5000)}
    with pages(held, certificate=certificate) as at:
        with pytest.raises(ProtocolConfused, match="from place to place"):
            https.get(f"{at}/round", web)
        with pytest.raises(ProtocolConfused, match="more than 1,000 bytes"):
            https.get(f"{at}/flood", web)
    quick = Web(seconds=0.3, private=True, ca_file=str(certificate.cert))
    slow = {"/drip": (200, {}, b"x" * 900)}
    with (
        pages(slow, certificate=certificate, drip=0.05) as at,
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        https.get(f"{at}/drip", quick)


def test_X08_a_certificate_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    held = {"/": (200, {}, b"x")}
    with (
        pages(held, certificate=make(tmp_path)) as at,
        pytest.raises(InsecureRefused, match="certificate does not hold"),
    ):
        https.get(f"{at}/", Web(seconds=5, private=True))


@pytest.mark.parametrize(
    "url", ["", "https://", "https://a b/", "https://x\r\n/", "ftp://x/", "https://[/", "https://ü/"]
)
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    with pytest.raises(BadArgument):
        https.get(url, Web())


# Resolvers


@examples(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.integers(0, 1))
def test_no_answer_of_a_resolver_does_more_than_fail(noise: bytes, with_head: int) -> None:
    question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\x01a\x00" + struct.pack("!2H", SRV, 1)
    head = struct.pack("!6H", 7, 0x8180, 1, 5, 0, 0) + question[12:] if with_head else b""
    try:
        found = dns._records(head + noise, question, SRV)
    except (ValueError, IndexError, struct.error):
        return
    assert all(len(one.host) <= 253 and one.host.isascii() for one in found)


def test_a_resolver_that_answers_nonsense_is_no_answer() -> None:
    with Resolver({}) as resolver:
        assert dns.look_up("nobody.example", MX, servers=[resolver.place]) == ()
        loop = struct.pack("!5H", 0x8180, 1, 1, 0, 0) + b"\x01a\x00" + struct.pack("!2H", MX, 1) + b"\xc0\x13"
        resolver.instead = loop
        with pytest.raises(NoAnswer):
            dns.look_up("a", MX, servers=[resolver.place])
    assert dns.look_up("bad name\r\n", MX, servers=[("127.0.0.1", 1)]) == ()
    with pytest.raises(NoAnswer):
        dns.look_up("a.example", MX, servers=[])


def test_the_resolvers_of_this_machine(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# x\nnameserver 10.0.0.1\nnameserver\nsearch x\nnameserver ::1\n")
    assert dns.resolvers(file) == (("10.0.0.1", 53), ("::1", 53))
    assert dns.resolvers(tmp_path / "none") == ()
