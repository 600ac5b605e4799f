"""What is no text but has to be seen: invitations, sealed and wrapped letters, pictures, delivery reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mime import cms, fast, invitation, tnef
from channels.mime.extract import extract
from channels.mime.guard import Reader
from channels.mime.parse import parse
from tests.channels.bounces_of_servers import REPORTS
from tests.rigs.wrapped import event, letter, sealed_block, signed_block, winmail

INNER = (
    b"Content-Type: multipart/mixed; boundary=q\n\n--q\n\nSigned words.\n"
    b"--q\nContent-Type: image/png; name=a.png\n\nPNG\n--q--\n"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


@pytest.mark.parametrize(
    ("lines", "method", "said"),
    [
        (
            "SUMMARY;LANGUAGE=de:Plan\\, part 2\r\nDTSTART;TZID=W. Europe Standard Time:20260702T100000\r\n"
            "DTEND;TZID=W. Europe Standard Time:20260702T113000\r\nLOCATION:Room\r\n  5\r\n"
            'ORGANIZER;CN="Berg, Anna: x":mailto:anna@x.example\r\nRRULE:FREQ=WEEKLY;COUNT=99999999',
            "REQUEST",
            "[invitation: Plan, part 2; 2026-07-02 10:00-11:30 Europe/Berlin (08:00 UTC); repeated weekly; "
            "at Room 5; from Berg, Anna: x <anna@x.example>]",
        ),
        ("DTSTART:20260302T233000Z\nDURATION:PT2H\nSUMMARY:x", "CANCEL",
         "[cancelled: x; 2026-03-02 23:30 to 2026-03-03 01:30 UTC]"),
        ("SUMMARY:x\nSTATUS:CANCELLED", "REQUEST", "[cancelled: x]"),
        ("DTSTART;TZID=America/New_York:20260302T230000\nSUMMARY:x\nATTENDEE;PARTSTAT=DECLINED;CN=Bob:mailto:b@x.example",
         "REPLY",
         "[answer to an invitation: x; 2026-03-02 23:00 America/New_York (04:00 UTC on 2026-03-03); "
         "Bob <b@x.example> declines]"),
        ("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260305\nSUMMARY:Fair", "PUBLISH",
         "[calendar: Fair; 2026-03-02 to 2026-03-04, all day]"),
        ("DTSTART;TZID=Our own:20260302T100000\nSUMMARY:x", "REQUEST",
         "[invitation: x; 2026-03-02 10:00 (Our own)]"),
        ("DTSTART:20260302T100000\nSUMMARY:x", "REQUEST",
         "[invitation: x; 2026-03-02 10:00 (no zone given)]"),
        ("DTSTART;TZID=../../../etc/passwd:20260302T100000", "REQUEST",
         "[invitation: 2026-03-02 10:00 (../../../etc/passwd)]"),
        ("DTSTART:99999999T999999Z\nSUMMARY:x\nRRULE:FREQ=SECONDLY;INTERVAL=0", "REQUEST",
         "[invitation: x; repeated every second]"),
        ("DTSTART:20260302T100000Z\nDURATION:P9999D\nSUMMARY:x", "REQUEST",
         "[invitation: x; 2026-03-02 10:00 to 2053-07-17 10:00 UTC]"),
    ],
)  # fmt: skip
def test_an_invitation_says_what_when_where_and_from_whom(lines: str, method: str, said: str) -> None:
    assert invitation.line(event(lines, method=method)) == said


def test_the_line_stands_above_the_text_and_no_quote_folds_it(reader: Reader) -> None:
    text = "Yes.\n\nOn 2 Mar 2026 at 10:15 Anna <a@b.example> wrote:\nfirst\nsecond"
    body = event("SUMMARY:Plan\nDTSTART:20260302T100000Z", method="")
    found = reader.read(letter("text/calendar; method=REQUEST", body.encode(), text=text))
    assert found.own_text().split("\n") == ["[invitation: Plan; 2026-03-02 10:00 UTC]", "", "Yes.", ""]
    assert found.parts[0].type == "text/calendar"


def test_the_same_invitation_twice_is_one_line(reader: Reader) -> None:
    body = event("SUMMARY:Plan").encode()
    first = letter("text/calendar", body)
    second = letter("application/ics; name=invite.ics", body)
    part = second[second.index(b"--b\nContent-Type: application/ics") :]
    found = reader.read(first.replace(b"--b--\n", part))
    assert found.text.count("[invitation: Plan]") == 1
    assert len(found.parts) == 2


def test_P22_an_invitation_too_large_is_refused_with_a_line(reader: Reader) -> None:
    many = "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 5_000
    assert "5,000 events: too large" in reader.read(letter("text/calendar", many.encode())).text
    vast = many * 3
    assert "more than 300 kB: too large" in reader.read(letter("text/calendar", vast.encode())).text


@given(st.text(max_size=300))
def test_no_calendar_raises(text: str) -> None:
    for said in (
        text,
        event(text),
        event("DTSTART" + text),
        event("DURATION:" + text + "\nDTSTART:20260302T100000Z"),
    ):
        assert "\n" not in invitation.line(said)


def test_P19_outlook_wrapping_shows_its_files_and_each_comes_out(reader: Reader) -> None:
    files = {"Größe der Lieferung.pdf": b"PDF" * 50, "photo.jpg": b"JPG"}
    for long_names in (False, True):
        raw = letter("application/ms-tnef; name=winmail.dat", winmail(files, long_names=long_names))
        found = reader.read(raw)
        assert [(p.name, p.type) for p in found.parts] == [
            ("winmail.dat", "application/ms-tnef"),
            ("Größe der Lieferung.pdf", "application/pdf"),
            ("photo.jpg", "image/jpeg"),
        ]
        assert [extract(raw, p.path) for p in found.parts[1:]] == list(files.values())


def test_P19_outlook_wrapping_of_a_text_shows_it_and_one_of_nothing_says_so(reader: Reader) -> None:
    raw = letter("application/ms-tnef; name=winmail.dat", winmail({}, text="Grüße"), text="")
    assert reader.read(raw).text == "Grüße"
    found = reader.read(letter("application/octet-stream; name=WINMAIL.DAT", b"what"))
    assert found.text.startswith(
        "[Outlook wrapped its files as winmail.dat and they cannot be opened here]\n\nHello."
    )


@given(st.binary(max_size=200))
def test_no_wrapping_raises(data: bytes) -> None:
    tnef.unwrap(data)
    tnef.unwrap(winmail({"a": b"b"}, long_names=True)[: len(data)] + data)
    cms.signed_content(data)
    cms.signed_content(signed_block(data, pieces=True)[: len(data) + 40])


@pytest.mark.parametrize("pieces", [False, True])
def test_P19_a_letter_signed_as_one_block_is_readable_and_not_called_checked(
    reader: Reader, pieces: bool
) -> None:
    block = signed_block(INNER, pieces=pieces)
    raw = letter("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", block, text="")
    found = reader.read(raw)
    assert found.text.strip() == "Signed words."
    assert found.seals == ("signed",)
    assert any("not checked" in defect for defect in found.defects)
    assert [p.name for p in found.parts] == ["smime.p7m", "a.png"]
    assert extract(raw, found.parts[1].path) == b"PNG"


@pytest.mark.parametrize("block", [sealed_block(), b"what", b""])
def test_P19_what_cannot_be_opened_says_so(reader: Reader, block: bytes) -> None:
    found = reader.read(letter("application/x-pkcs7-mime; name=smime.p7m", block, text=""))
    assert found.seals == ("encrypted",)
    assert found.text == "[it is encrypted with S/MIME and cannot be read here]\n"


@pytest.mark.parametrize(
    ("text", "seals"),
    [
        ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----", ("encrypted",)),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords", ("signed",)),
        ("> -----BEGIN PGP MESSAGE-----", ()),
        ("I write -----BEGIN PGP MESSAGE----- here", ()),
        ("[signed and verified by the desk]", ()),
    ],
)
def test_P19_pgp_inside_the_text_is_told(text: str, seals: tuple[str, ...]) -> None:
    assert parse(f"From: a@b.example\nSubject: s\n\n{text}\n".encode()).seals == seals


def test_the_signature_block_of_pgp_is_folded() -> None:
    text = "words\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
    assert parse(f"From: a@b.example\nSubject: s\n\n{text}".encode()).own_text().strip() == "words"


def test_sealed_and_wrapped_letters_are_looked_into_by_the_process_only() -> None:
    for kind in ("application/ms-tnef", "application/pkcs7-mime", "text/calendar"):
        assert fast.parse(letter(kind, b"x")) is None


@pytest.mark.parametrize(
    ("head", "inline"),
    [
        ("image/png; name=logo.png\nContent-ID: <i1>\nContent-Disposition: inline", True),
        ("image/png; name=logo.png\nContent-ID: <i1>", True),
        ("image/png; name=logo.png", False),
        ("application/pdf; name=a.pdf\nContent-ID: <i1>\nContent-Disposition: inline", False),
    ],
)
def test_only_a_picture_the_text_can_name_is_one_of_the_text(head: str, inline: bool) -> None:
    raw = (
        "From: a@b.example\nSubject: s\nContent-Type: multipart/related; boundary=b\n\n"
        "--b\nContent-Type: text/html\n\n"
        f'<p>See <img src="cid:i1"></p>\n--b\nContent-Type: {head}\n\nx\n--b--\n'
    )
    (part,) = parse(raw.encode()).parts
    assert part.inline is inline


def test_a_true_attachment_with_an_id_is_no_picture_of_the_text() -> None:
    raw = letter("image/png; name=a.png\nContent-ID: <f_1>\nContent-Disposition: attachment", b"x")
    assert [part.inline for part in parse(raw).parts] == [False]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("postfix unknown", "[not delivered to nobody@example.org; the address does not exist any more]"),
        ("postfix full", "[not delivered to nobody@example.org]"),
        ("postfix delayed", "[not delivered yet to nobody@example.org; their server is still tried]"),
    ],
)
def test_a_delivery_report_begins_with_a_readable_line(name: str, line: str) -> None:
    text = parse(REPORTS[name][0].encode()).text
    assert text.split("\n")[:2] == [line, ""]
