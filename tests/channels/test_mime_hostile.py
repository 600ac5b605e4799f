"""Hostile and broken letters: the cases of class P, named by their number.

Each must become a letter, through the reader the desk uses, within its five seconds and 512 MB;
what cannot be shown is said in the defects, and the raw bytes stay whole.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.errors import UnreadableLetter
from channels.letter import Letter
from channels.mime import limits
from channels.mime.extract import extract
from channels.mime.guard import Reader
from channels.mime.parse import parse


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def check(letter: Letter, raw: bytes) -> Letter:
    """What holds for every letter, however broken."""
    assert letter.raw is raw or letter.raw == raw
    assert len(letter.text) <= limits.TEXT_CHARS
    letter.text.encode()
    letter.subject.encode()
    letter.own_text()
    return letter


@pytest.mark.parametrize(
    "line",
    [
        'From: "',
        "Message-ID: <",
        "Message-ID: <[x@ms]>",
        "To: a@b.example,",
        "To: a@[1.2",
        "From: a:;",
        "Date: (",
    ],
)
def test_P01_a_field_that_breaks_parsers_is_one_letter(reader: Reader, line: str) -> None:
    raw = f"{line}\r\nSubject: fine\r\n\r\nHello.\r\n".encode()
    letter = check(reader.read(raw), raw)
    assert (letter.subject, letter.text) == ("fine", "Hello.\n")


@pytest.mark.parametrize("label", ["x-none", "\0", "rot13", "zip", "undefined", "idna", "utf-8\0"])
def test_P02_an_impossible_charset_is_read_as_well_as_can_be(reader: Reader, label: str) -> None:
    raw = f'Subject: s\r\nContent-Type: text/plain; charset="{label}"\r\n\r\nGrüße\r\n'.encode()
    assert "Grüße" in check(reader.read(raw), raw).text


def test_P02_eight_bit_fields_and_broken_base64(reader: Reader) -> None:
    raw = b"Subject: caf\xe9\nContent-Transfer-Encoding: base64\n\nSGVsbG8s!!IHdvcmxk*Lg=\n"
    letter = check(reader.read(raw), raw)
    assert letter.subject == "café"
    assert letter.text.startswith("Hello, world")


def test_P03_a_million_empty_parts(reader: Reader) -> None:
    raw = (
        b"Subject: many\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\n\n\n" * 1_000_000
        + b"--b--\n"
    )
    letter = check(reader.read(raw), raw)
    assert letter.subject == "many"
    assert any("more than" in defect for defect in letter.defects)


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?b?w6k=?= " * 16_000,
        b"To: " + b"someone@example.org, " * 30_000,
        b"Content-Type: text/plain" + b"; a=b" * 20_000,
        b"Content-Type: text/plain" + b"".join(b"; n*%d=x" % n for n in range(20_000)),
        b"From: " + b"(" * 20_000,
        b"References: " + b"<a@b> " * 50_000,
        b"X-Junk: y\r\n" * 100_000 + b"X: z",
    ],
    ids=["words", "people", "parameters", "pieces", "comments", "references", "fields"],
)
def test_P04_fields_without_measure(reader: Reader, head: bytes) -> None:
    raw = head + b"\r\n\r\nHello.\r\n"
    check(reader.read(raw), raw)


def test_P06_three_thousand_levels_are_flattened(reader: Reader) -> None:
    levels = 3_000
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels)
    )
    raw = b"Subject: deep\n" + opening + b"Content-Type: text/plain\n\nThe core.\n"
    letter = check(reader.read(raw), raw)
    assert letter.subject == "deep"
    assert "The core." in letter.text


def test_P06_letters_inside_letters(reader: Reader) -> None:
    raw = b"Subject: inner\n\nThe core.\n"
    for n in range(300):
        raw = b"Subject: %d\nContent-Type: message/rfc822\n\n" % n + raw
    assert check(reader.read(raw), raw).subject == "299"


def test_P08_a_large_attachment_is_listed_and_comes_out_whole(reader: Reader) -> None:
    data = bytes(range(256)) * 120_000
    body = base64.encodebytes(data)
    raw = (
        b"Subject: big\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee file.\n--b\n"
        b"Content-Type: application/x-data; name=data.bin\nContent-Transfer-Encoding: base64\n\n"
        + body
        + b"\n--b--\n"
    )
    letter = check(reader.read(raw), raw)
    assert [(p.name, p.size) for p in letter.parts] == [("data.bin", len(data))]
    assert letter.text.strip() == "See file."
    assert extract(raw, letter.parts[0].path) == data


@pytest.mark.parametrize("where", ["field", "body", "html"])
def test_P09_lines_of_fifty_megabytes(reader: Reader, where: str) -> None:
    line = b"x" * 50_000_000
    raw = {
        "field": b"Subject: " + line + b"\n\nHello.\n",
        "body": b"Subject: s\n\n" + line + b"\n",
        "html": b"Subject: s\nContent-Type: text/html\n\n<p>" + line + b"\n",
    }[where]
    letter = check(reader.read(raw), raw)
    assert len(letter.subject) <= limits.SUBJECT_CHARS
    assert letter.defects


def test_P10_a_bomb_is_never_unpacked(reader: Reader) -> None:
    bomb = base64.encodebytes(gzip.compress(bytes(20_000_000)))
    raw = (
        b"Subject: z\nContent-Type: application/gzip; name=z.gz\nContent-Transfer-Encoding: base64\n\n" + bomb
    )
    (part,) = check(reader.read(raw), raw).parts
    assert part.size < 100_000


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 1 Jan 99999999999 00:00:00 +0000",
        "Mon, 1 Jan 2024 00:00:00 +99999999",
        "Mon, 1 Jan 4024 00:00:00 +0000",
        "last week",
        "1" * 5_000,
    ],
)
def test_P15_an_absurd_date_is_none(reader: Reader, date: str) -> None:
    raw = f"Date: {date}\r\nSubject: s\r\n\r\nHello.\r\n".encode()
    letter = check(reader.read(raw), raw)
    assert letter.date is None
    assert letter.raw_date == date[:400]


def test_P15_a_missing_date_is_none(reader: Reader) -> None:
    assert reader.read(b"Subject: s\r\n\r\nHello.\r\n").date is None


@pytest.mark.parametrize(
    ("head", "senders"),
    [
        ("From: a@b.example\r\nFrom: c@d.example", ["a@b.example", "c@d.example"]),
        ("From: a@b.example, c@d.example", ["a@b.example", "c@d.example"]),
        ("From: Team: a@b.example, c@d.example;", ["a@b.example", "c@d.example"]),
        ("Sender: a@b.example", []),
        ("X: y", []),
    ],
)
def test_P16_anything_but_one_sender_is_told(reader: Reader, head: str, senders: list[str]) -> None:
    raw = f"{head}\r\nSubject: s\r\n\r\nHello.\r\n".encode()
    letter = check(reader.read(raw), raw)
    assert [a.addr for a in letter.sender] == senders
    assert any("sender" in defect for defect in letter.defects)


MIXED = "Subject: s\nFrom: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n"


@pytest.mark.parametrize(
    "raw",
    [
        MIXED.encode(),
        MIXED.replace("\n", "\r").encode(),
        MIXED.replace("\n", "\r\n").encode(),
        ("\ufeff" + MIXED).encode("utf-16-le"),
        b"\xef\xbb\xbf" + MIXED.encode(),
        MIXED.replace("Hello.", "Hello.\0").encode(),
    ],
    ids=["lf", "cr", "crlf without end", "utf-16", "mark", "nul"],
)
def test_P18_odd_line_ends_and_encodings_still_read(reader: Reader, raw: bytes) -> None:
    letter = check(reader.read(raw), raw)
    assert letter.subject == "s"
    assert "Hello." in letter.text
    assert letter.defects


def test_P18_utf_7_and_flowed_text(reader: Reader) -> None:
    raw = b"Subject: s\nContent-Type: text/plain; charset=utf-7\n\nGr+APwA3w-e\n"
    assert check(reader.read(raw), raw).text == "Grüße\n"
    raw = b"Subject: s\nContent-Type: text/plain; format=flowed\n\n" + b"> " * 5_000 + b"deep \n" * 5_000
    check(reader.read(raw), raw)


def attached(kind: str, body: str = "x", more: str = "") -> bytes:
    return (
        f"From: a@b.example\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\n"
        f"Content-Type: {kind}\n{more}\n{body}\n--b--\n"
    ).encode()


def test_P19_outlook_wrapping_is_listed(reader: Reader) -> None:
    (part,) = reader.read(attached("application/ms-tnef; name=winmail.dat")).parts
    assert (part.name, part.type) == ("winmail.dat", "application/ms-tnef")


def test_P19_an_invitation_is_one_line_and_a_file(reader: Reader) -> None:
    event = "BEGIN:VEVENT\nSUMMARY:Plan\\, part 2\nDTSTART:20260302T100000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT"
    body = f"BEGIN:VCALENDAR\n{event}"
    letter = reader.read(attached("text/calendar", body))
    assert "[calendar: Plan, part 2; 2026-03-02 10:00 UTC; repeated every second]" in letter.text
    assert letter.parts[0].type == "text/calendar"


def test_P19_a_signed_letter_shows_its_text_and_never_claims_to_be_checked(reader: Reader) -> None:
    raw = attached("application/pgp-signature").replace(b"multipart/mixed", b"multipart/signed")
    letter = reader.read(raw)
    assert letter.text.strip() == "Hello."
    assert any("not checked" in defect for defect in letter.defects)
    assert not any("verified" in defect.lower() for defect in letter.defects)


@pytest.mark.parametrize("kind", ["application/pkcs7-mime; name=smime.p7m", "application/pgp-encrypted"])
def test_P19_a_sealed_letter_says_so(reader: Reader, kind: str) -> None:
    letter = reader.read(attached(kind))
    assert "cannot be read here" in letter.text
    assert letter.parts


def test_P22_a_hundred_thousand_events_are_refused_in_one_line(reader: Reader) -> None:
    body = (
        "BEGIN:VCALENDAR\n"
        + "BEGIN:VEVENT\nSUMMARY:x\nRRULE:FREQ=SECONDLY;COUNT=99999\nEND:VEVENT\n" * 100_000
    )
    letter = reader.read(attached("text/calendar", body))
    assert letter.text.startswith("[calendar of more than 300 kB: too large to be read here")


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "core",
        "<!--" * 50_000 + "core",
        "<a " * 50_000 + "core",
        "<a b='" * 50_000 + "core",
        "<table><tr><td>" * 30_000 + "core",
        "<" * 500_000,
        "&" * 500_000,
        "<blockquote>" * 5_000 + "core",
    ],
    ids=["div", "comment", "a", "attribute", "table", "less", "ampersand", "quote"],
)
def test_html_that_stalls_parsers(reader: Reader, body: str) -> None:
    raw = b"Subject: s\nFrom: a@b.example\nContent-Type: text/html\n\n" + body.encode()
    check(reader.read(raw), raw)


def test_a_letter_beyond_all_limits_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REFUSED_BYTES", 1_000)
    with pytest.raises(UnreadableLetter, match="too large"):
        parse(bytes(2_000))


WORDS = (
    b"From: a@b.example\n",
    b"Subject: x\n ",
    b"=?utf-8?q?",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: multipart/alternative; boundary=b\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: message/delivery-status\n",
    b"Content-Type: text/html; charset=utf-16\n",
    b"Content-Disposition: attachment; filename*0*=x\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"Final-Recipient: rfc822; a@b\nStatus: 5.1.1\n",
    b"begin 644 x\n",
    b"\n--b\n",
    b"\n--b--\n",
    b"\r\n",
    b"\n\n",
    b"<div>",
    b"> ",
    b"-- \n",
)
PIECES = st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(WORDS)), max_size=25)


@settings(deadline=None)
@given(PIECES)
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    letter = check(parse(raw), raw)
    for part in letter.parts:
        extract(raw, part.path)
