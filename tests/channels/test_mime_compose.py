"""Letters out: what must hold for every letter that leaves, and that reading gives it back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.errors import BadArgument
from channels.letter import Address, Attachment, Outgoing
from channels.mime.compose import REFERENCES, compose, quote
from channels.mime.extract import extract
from channels.mime.files import safe_name
from channels.mime.flowed import flow, unflow
from channels.mime.parse import parse
from channels.mime.subjects import base_subject, is_forward, reply_subject

PLAIN = Outgoing(
    message_id="m1@desk.example",
    sender=Address("Desk", "desk@desk.example"),
    to=(Address("Anna", "anna@x.example"),),
    subject="Re: Help",
    text="Hello Anna,\n\nit works.\n-- \nDesk\n",
    date=1_700_000_000,
    in_reply_to="q1@x.example",
    references=("q0@x.example", "q1@x.example"),
)


def head(raw: bytes) -> str:
    return raw.split(b"\r\n\r\n", 1)[0].decode("ascii")


def names(raw: bytes) -> list[str]:
    return [
        line.split(":", 1)[0].lower() for line in head(raw).split("\r\n") if not line.startswith((" ", "\t"))
    ]


def test_a_plain_answer() -> None:
    raw = compose(PLAIN)
    letter = parse(raw)
    assert letter.message_id == "m1@desk.example"
    assert letter.in_reply_to == ("q1@x.example",)
    assert letter.references == ("q0@x.example", "q1@x.example")
    assert (letter.sender, letter.to) == ((PLAIN.sender,), PLAIN.to)
    assert (letter.subject, letter.text, letter.date) == ("Re: Help", PLAIN.text, 1_700_000_000)
    assert b"format=flowed" in raw.replace(b'"', b"")
    assert b"us-ascii" in raw
    assert not letter.automatic
    assert letter.defects == ()


def test_the_same_letter_twice_is_the_same_bytes() -> None:
    with_file = replace(PLAIN, attachments=(Attachment("a.txt", "text/plain", b"hello"),))
    assert compose(with_file) == compose(with_file)


def test_an_automatic_letter_says_so() -> None:
    assert parse(compose(replace(PLAIN, automatic=True))).automatic


def test_O12_a_blind_copy_is_never_in_the_bytes() -> None:
    raw = compose(replace(PLAIN, bcc=(Address("Secret", "hidden@x.example"),)))
    assert b"hidden" not in raw
    assert b"Secret" not in raw
    assert "bcc" not in names(raw)
    only = compose(replace(PLAIN, to=(), bcc=(Address("", "hidden@x.example"),)))
    assert b"hidden" not in only
    assert parse(only).to == ()


@pytest.mark.parametrize("odd", ["\r\n", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\0"])
def test_O08_line_ends_in_a_subject_are_cleaned(odd: str) -> None:
    raw = compose(
        replace(PLAIN, subject=f"Help{odd}Bcc: x@y.example", sender=Address(f"De{odd}sk", "d@d.example"))
    )
    assert parse(raw).subject == "Help Bcc: x@y.example"
    assert "bcc" not in names(raw)


@pytest.mark.parametrize(
    "addr",
    [
        "",
        "nobody",
        "a@b.example\r\nBcc: c@d.example",
        "a b@x.example",
        "a@b.example, c@d.example",
        "<a@b>c",
        "a..b@x.example",
        "jürgen@x.example",
        "a@" + "ü" * 300,
        "@x.example",
        "a@",
        '"a"@x.example',
    ],
)
def test_O09_what_is_no_address_is_refused(addr: str) -> None:
    for letter in (replace(PLAIN, to=(Address("", addr),)), replace(PLAIN, sender=Address("", addr))):
        with pytest.raises(BadArgument, match=r"address|domain"):
            compose(letter)


def test_a_foreign_domain_is_written_in_ascii() -> None:
    assert (
        parse(compose(replace(PLAIN, to=(Address("", "a@bücher.example"),)))).to[0].addr
        == "a@xn--bcher-kva.example"
    )


@pytest.mark.parametrize("bad", ["", "a b", "a\r\nX: y", "<a>", "ü@x"])
def test_a_message_id_that_cannot_stand_is_refused(bad: str) -> None:
    with pytest.raises(BadArgument, match="message id"):
        compose(replace(PLAIN, message_id=bad))


def test_bad_ids_of_strangers_are_left_out() -> None:
    letter = parse(compose(replace(PLAIN, in_reply_to="a\r\nX: y", references=("ok@x", "b ad", "<c>"))))
    assert (letter.in_reply_to, letter.references) == ((), ("ok@x",))


def test_references_are_bounded_and_long_ids_are_not_encoded() -> None:
    ids = tuple(f"{'r' * 120}{n}@long.example" for n in range(100))
    raw = compose(replace(PLAIN, references=ids))
    kept = parse(raw).references
    assert len(kept) == REFERENCES
    assert (kept[0], kept[-1]) == (ids[0], ids[-1])
    assert "=?" not in head(raw)


def test_nobody_to_send_to_is_refused() -> None:
    with pytest.raises(BadArgument, match="recipient"):
        compose(replace(PLAIN, to=()))


def test_attachments_come_out_whole_under_safe_names() -> None:
    files = (
        Attachment("Größe 1.pdf", "application/pdf", bytes(range(256))),
        Attachment("../../etc/passwd", "text/plain", b"x\r\ny\n.\n"),
        Attachment("a\r\nBcc: x@y.example", "message/rfc822", b"From: z"),
        Attachment("same.txt", "nonsense", b"1"),
        Attachment("same.txt", "text/plain\r\nX: y", b"2"),
    )
    raw = compose(replace(PLAIN, attachments=files))
    letter = parse(raw)
    assert [p.name for p in letter.parts] == [
        "Größe 1.pdf",
        "passwd",
        "a Bcc_ x@y.example",
        "same.txt",
        "same (2).txt",
    ]
    assert [extract(raw, p.path) for p in letter.parts] == [f.data for f in files]
    assert letter.text == PLAIN.text


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
LINE = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
TELLING = ("> quoted", ">> deeper", "From here", " indented", "-- ", ".", "..", "", "a " * 300, "x" * 1_200)
BODY = st.lists(st.one_of(TEXT, st.sampled_from(TELLING)), max_size=12).map("\n".join)


@settings(deadline=None)
@given(subject=LINE, name=LINE, text=BODY, file=LINE)
def test_no_letter_breaks_the_rules_of_the_wire(subject: str, name: str, text: str, file: str) -> None:
    raw = compose(
        replace(
            PLAIN,
            subject=subject,
            sender=Address(name, "desk@desk.example"),
            text=text,
            attachments=(Attachment(file, "text/plain", b"x"),),
        )
    )
    assert raw.endswith(b"\r\n")
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert raw.isascii()
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    allowed = {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
    }
    assert sorted(names(raw)) == sorted(allowed)


def spoken(text: str) -> str:
    """The text as a letter can carry it: one kind of line end, no blanks before it."""
    for odd in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        text = text.replace("\r\n", "\n").replace(odd, "\n")
    lines = [line if line == "-- " else line.rstrip(" ") for line in text.rstrip("\n").split("\n")]
    return "\n".join(re.sub(r"^(>[> ]*)(?=(.?))", _marks, line) for line in lines)


def _marks(m: re.Match[str]) -> str:
    depth = ">" * m[1].count(">")
    return depth + " " if m[2] else depth


@settings(deadline=None)
@given(subject=LINE, name=LINE, text=BODY)
def test_reading_gives_back_what_was_written(subject: str, name: str, text: str) -> None:
    letter = parse(
        compose(replace(PLAIN, subject=subject, sender=Address(name, "desk@desk.example"), text=text))
    )
    from channels.mime.fields import clean

    assert letter.subject == clean(subject)
    assert letter.sender == (Address(clean(name), "desk@desk.example"),)
    assert letter.text.rstrip("\n") == spoken(text).removeprefix("\ufeff").rstrip("\n")
    assert (letter.message_id, letter.references) == (PLAIN.message_id, PLAIN.references)


@given(BODY)
def test_flowing_there_and_back(text: str) -> None:
    for odd in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        text = text.replace(odd, " ")
    assert unflow(flow(text)) == spoken(text + "\n.")[:-2]


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Help", "Help"),
        ("Re: Help", "Help"),
        ("RE: AW: Sv: Antw: Re[2]: Help", "Help"),
        ("回复: Help", "Help"),
        ("回复：Help", "Help"),
        ("Fwd: Re: Help", "Help"),
        ("WG: Help", "Help"),
        ("Ответ: Help", "Help"),
        ("[Re] Help", "Help"),
        ("Regarding: Help", "Regarding: Help"),
        ("Research: Help", "Research: Help"),
        ("Re:", "Re:"),
        ("", ""),
        ("Re: " * 500 + "Help", None),
    ],
)
def test_subjects(subject: str, base: str | None) -> None:
    if base is not None:
        assert base_subject(subject) == base
    assert reply_subject(reply_subject(subject)) == reply_subject(subject) or subject.startswith("Re: " * 60)
    assert reply_subject(subject).startswith("Re: ")


@pytest.mark.parametrize(
    ("subject", "yes"), [("Fwd: x", True), ("WG: x", True), ("Re: Fwd: x", False), ("x", False)]
)
def test_forwards(subject: str, yes: bool) -> None:
    assert is_forward(subject) is yes


def test_quoting_for_an_answer() -> None:
    quoted = quote("One.\n\n> Old.\n", "Anna\r\nBcc: x", "3 May 2021 at 10:05")
    assert quoted == "On 3 May 2021 at 10:05, Anna Bcc: x wrote:\n> One.\n>\n>> Old.\n"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\x\\y.txt", "y.txt"),
        ("C:evil.txt", "evil.txt"),
        ("..", "attachment.bin"),
        (".", "attachment.bin"),
        ("", "attachment.bin"),
    ],
)
def test_F01_names_stay_in_their_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_F02_impossible_names_become_possible() -> None:
    assert safe_name("a\0b\nc.txt") == "ab c.txt"
    assert safe_name("x" * 300 + ".pdf") == "x" * 196 + ".pdf"
    assert len(safe_name("é" * 400 + ".txt").encode()) <= 200
    assert safe_name("", "application/pdf") == "attachment.pdf"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("-rf", "rf"),
        ("~root", "root"),
        (".bashrc", "bashrc"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a.txt. . ", "a.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200bb.exe", "ab.exe"),
        ("a;$(x)`y`|z", "a__(x)_y__z"),
    ],
)
def test_F03_names_show_their_true_ending_and_are_no_options(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_names_do_not_collide() -> None:
    assert safe_name("A.txt", taken=["a.TXT", "A (2).txt"]) == "A (3).txt"


@given(st.text(max_size=300), st.lists(st.text(max_size=5), max_size=3))
def test_any_name_becomes_safe(name: str, taken: list[str]) -> None:
    safe = safe_name(name, taken=taken)
    assert 0 < len(safe.encode()) <= 230
    assert safe.isprintable()
    assert not re.search(r'[/\\:<>"|?*`$;&!\0]', safe)
    assert safe[0] not in "-.~ "
    assert safe[-1] not in ". "
    assert safe_name(safe) == safe
