"""Header fields to meaning: tables of what senders write and what is meant."""

from __future__ import annotations

import time
from calendar import timegm
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.letter import Address
from channels.mime import addresses as addressing
from channels.mime import headers, limits
from channels.mime.addresses import addresses
from channels.mime.charset import codec, decode
from channels.mime.parameters import content_type, parameters


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"plain", "plain"),
        (b"one\r\n two", "one two"),
        (b"=?utf-8?q?caf=C3=A9?= bar", "café bar"),
        (b"=?utf-8?B?w6k=?=  =?utf-8?b?w6g=?=", "éè"),
        (b"=?iso-8859-1*en?q?=E9?=", "é"),
        (b"=?gb2312?b?ztI=?=", "我"),
        (b"=?rot13?q?abc?=", "abc"),
        (b"=?utf-8?q?a=00b?=", "a\ufffdb"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"=?utf-8?q?unended", "=?utf-8?q?unended"),
        (b"a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
    ],
)
def test_text(raw: bytes, meant: str) -> None:
    assert headers.text(raw) == meant


def test_a_character_split_between_two_words_is_whole_again() -> None:
    assert headers.text(b"=?utf-8?b?4pI=?=\r\n =?utf-8?b?oA==?=") == "\u24a0"


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"a@b.example", [("", "a@b.example")]),
        (b'"Doe, Jane" <j@x.example>', [("Doe, Jane", "j@x.example")]),
        (b"a@b.example (Ann)", [("Ann", "a@b.example")]),
        (b"Ann (home) <a@b.example>", [("Ann (home)", "a@b.example")]),
        (b"a@b.example, ,c@d.example,", [("", "a@b.example"), ("", "c@d.example")]),
        (b"a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        (
            b"Team: a@b.example, c@d.example;, e@f.example",
            [("", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")],
        ),
        (b"undisclosed-recipients:;", []),
        (b"<@relay,@other:a@b.example>", [("", "a@b.example")]),
        (b"<mailto:a@b.example>", [("", "a@b.example")]),
        (b"a@b.example <a@b.example>", [("a@b.example", "a@b.example")]),
        (b"Ann a@b.example", [("Ann", "a@b.example")]),
        (b'"', []),
        (b"", []),
        (b"a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        (b"=?utf-8?q?J=C3=BCrgen?= <j@x.example>", [("Jürgen", "j@x.example")]),
        (b'"=?utf-8?q?J=C3=BCrgen?=" <j@x.example>', [("Jürgen", "j@x.example")]),
        ("Jürgen <j@x.example>".encode(), [("Jürgen", "j@x.example")]),
        (b"Ann <a@b.example", [("Ann", "a@b.example")]),
        (b'"unended <a@b.example>', [("unended", "a@b.example")]),
    ],
)
def test_addresses(raw: bytes, meant: list[tuple[str, str]]) -> None:
    assert [(a.name, a.addr) for a in addresses(raw)[0]] == meant


WORDS = st.text(alphabet="ab.@<>,;:\"'()= ?_-\t", max_size=60)


@settings(deadline=None)
@given(WORDS)
def test_the_shortcut_for_simple_address_fields_changes_nothing(value: str) -> None:
    value = value.strip()
    short = addressing.simple(value)
    if short is not None:
        assert short == addressing.scan(value)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"Tue, 1 Jul 2003 10:52:37 +0200", 1057049557),
        (b"Thu, 1 Jan 1970 00:00:00 GMT", 0),
        (b"1 Jan 70 00:00 EST", 18000),
        (b"Thu Feb 13 23:32:54 2003", 1045179174),
        (b"2024-02-29T12:00:00Z", 1709208000),
        (b"29 Feb 2023 12:00:00 +0000", None),
        (b"1 Jan 99999999999 00:00:00 +0000", None),
        (b"Mon, 1 Jan 2024 00:00:00 +99999999", None),
        (b"Mon, 1 Jan 2024 25:00:00 +0000", None),
        (b"yesterday", None),
        (b"", None),
    ],
)
def test_date(raw: bytes, meant: int | None) -> None:
    assert headers.date(raw) == meant


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2199, 12, 31)))
def test_date_counts_days_like_the_library(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert headers.date(format_datetime(whole).encode()) == timegm(whole.timetuple())


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"<a@b>", ("a@b",)),
        (b"<a@b> <c@d>\r\n <a@b>", ("a@b", "c@d")),
        (b"bare@id", ("bare@id",)),
        (b"Your letter of Monday <a@b>", ("a@b",)),
        (b"<", ()),
        (b"<>", ()),
        (b"<[x@ms]>", ("[x@ms]",)),
    ],
)
def test_ids(raw: bytes, meant: tuple[str, ...]) -> None:
    assert headers.ids(raw) == meant


def test_many_ids_keep_the_first_and_the_latest() -> None:
    found = headers.ids(b" ".join(b"<%d@x>" % n for n in range(1_000)))
    assert len(found) == limits.IDS
    assert (found[0], found[-1]) == ("0@x", "999@x")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'attachment; filename="a b.pdf"', "a b.pdf"),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        (b"attachment; filename*=utf-8''%e2%82%ac.txt", "€.txt"),
        (b"attachment; filename*0*=utf-8''%e2%82; filename*1*=%ac.txt", "€.txt"),
        (b'attachment; filename*1="b.txt"; filename*0="a"', "ab.txt"),
        (b'attachment; filename="=?utf-8?b?4oKs?=.txt"', "€.txt"),
        (b'attachment; filename="a\\"b"', 'a"b'),
        ('attachment; filename="€.txt"'.encode(), "€.txt"),
        (b'attachment; filename="unended', "unended"),
    ],
)
def test_file_names(raw: bytes, name: str) -> None:
    assert parameters(raw)[1]["filename"] == name


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"TEXT/HTML; charset=x", "text/html"),
        (b"text", "text/plain"),
        (b"", "text/plain"),
        (b'application/pdf name="a.pdf"', "application/pdf"),
        (b";;;", "text/plain"),
    ],
)
def test_content_type(raw: bytes, kind: str) -> None:
    assert content_type(raw)[0] == kind


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Grüße".encode(), "", "Grüße"),
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("“Grüße”".encode("cp1252"), "iso-8859-1", "“Grüße”"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        ("日本語".encode("iso-2022-jp"), "iso-2022-jp", "日本語"),
        ("日本語".encode("iso-2022-jp"), "", "日本語"),
        ("Здравствуйте, у нас не работает вход в систему после обновления".encode("koi8-r"), "koi8-r",
         "Здравствуйте, у нас не работает вход в систему после обновления"),
        ("Hi".encode("utf-16"), "utf-16", "Hi"),
        ("Hi".encode("utf-16-be"), "utf-16", "Hi"),
        ("Grüße".encode("utf-7"), "utf-7", "Grüße"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"abc", "hex", "abc"),
        (b"abc", "no such\0label", "abc"),
    ],
)  # fmt: skip
def test_charsets(data: bytes, label: str, text: str) -> None:
    assert decode(data, label)[0] == text


@pytest.mark.parametrize(
    "label", ["punycode", "idna", "zip", "rot13", "unicode_escape", "undefined", "mbcs", "\0", "x" * 999]
)
def test_labels_that_are_no_charsets_are_refused(label: str) -> None:
    assert codec(label) is None


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "gb2312", "iso-2022-jp", "big5", "x"]),
)
def test_any_bytes_decode_to_text_that_can_be_written(data: bytes, label: str) -> None:
    decode(data, label)[0].encode()


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_field_raises(raw: bytes) -> None:
    headers.text(raw).encode()
    headers.ids(raw)
    headers.date(raw)
    addresses(raw)
    parameters(raw)
    content_type(raw)


def _slowdown(read: Callable[[bytes], object], make: Callable[[int], bytes]) -> float:
    """How much longer a field eight times as long takes; about 8 when linear, 64 when quadratic."""
    small, large = make(4_000), make(32_000)
    return min(_spent(read, large) for _ in range(3)) / max(1e-5, min(_spent(read, small) for _ in range(3)))


def _spent(read: Callable[[bytes], object], raw: bytes) -> float:
    start = time.process_time()
    read(raw)
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    [
        b"=?utf-8?q?",
        b"=?utf-8?q?a?= ",
        b"(",
        b'"',
        b"<",
        b"a@",
        b"a:;",
        b"a,",
        b"\\",
        b"?=",
        b"; a=",
        b";a*0=",
        b"\r\n ",
    ],
)
@pytest.mark.parametrize("read", [headers.text, headers.ids, addresses, parameters])
def test_time_grows_with_the_length_only(unit: bytes, read: Callable[[bytes], object]) -> None:
    assert _slowdown(read, lambda size: unit * (size // len(unit))) < 40


def test_an_address_field_for_thousands_is_cut_and_says_so() -> None:
    people, wrong = addresses(b",".join(b"p%d@x.example" % n for n in range(40_000)))
    assert len(people) == limits.ADDRESSES
    assert people[0] == Address("", "p0@x.example")
    assert wrong
