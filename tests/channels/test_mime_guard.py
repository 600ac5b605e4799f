"""The reader for strangers' letters: what goes which way, and what happens when a limit is hit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.errors import ReaderAway, UnreadableLetter
from channels.letter import Address, Attachment, Outgoing
from channels.mime import fast, limits
from channels.mime.compose import compose
from channels.mime.guard import Reader, Worker
from channels.mime.parse import parse
from channels.mime.worker import pack, unpack

ROOT = Path(__file__).resolve().parents[2]
PLAIN = b"From: a@b.example\r\nSubject: s\r\n\r\nHello.\r\n"
ODD = b"From: a@b.example\r\nno field\r\nSubject: s\r\n\r\nHello.\r\n"


def stand_in(body: str, *, ready: bool = True) -> list[str]:
    """A worker that does something else than read, after it said that it is ready."""
    start = f"import sys, time, os; sys.path.insert(0, {str(ROOT)!r}); from channels.mime.worker import *\n"
    start += "write_frame(sys.stdout.buffer, READY)\n" if ready else ""
    return [sys.executable, "-c", start + body]


def test_a_plain_letter_needs_no_process() -> None:
    with Reader() as reader:
        assert reader.read(PLAIN) == parse(PLAIN)
        assert reader.worker.started == 0


def test_an_odd_letter_is_read_by_the_process_and_says_the_same() -> None:
    with Reader() as reader:
        assert fast.parse(ODD) is None
        assert reader.read(ODD) == parse(ODD)
        assert reader.read(ODD) == parse(ODD)
        assert reader.worker.started == 1


def test_a_letter_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    worker = Worker(seconds=0.2, command=stand_in("read_frame(sys.stdin.buffer); time.sleep(600)"))
    with pytest.raises(UnreadableLetter, match=r"longer than 0\.2 seconds"):
        worker.read(ODD)
    assert worker.process is None
    worker.command, worker.seconds = None, 5.0
    assert worker.read(ODD) == parse(ODD)
    assert worker.started == 2
    worker.close()


def test_starting_is_waited_for_apart_and_takes_nothing_from_the_letter() -> None:
    slow = "import time; time.sleep(1.2); main()"
    worker = Worker(seconds=1.0, start_seconds=60, command=stand_in(slow, ready=False))
    assert worker.read(ODD) == parse(ODD)
    worker.close()


def test_a_fresh_process_has_no_more_time_for_its_first_letter() -> None:
    late = "read_frame(sys.stdin.buffer); time.sleep(600)"
    worker = Worker(seconds=0.2, start_seconds=60, command=stand_in(late))
    with pytest.raises(UnreadableLetter, match=r"longer than 0\.2 seconds"):
        worker.read(ODD)


@pytest.mark.parametrize("body", ["time.sleep(600)", "os._exit(1)"])
def test_no_letter_is_blamed_when_the_reader_does_not_start(body: str) -> None:
    worker = Worker(start_seconds=0.3, command=stand_in(body, ready=False))
    with pytest.raises(ReaderAway, match="no letter was taken in or lost"):
        worker.read(ODD)
    assert worker.process is None


@pytest.mark.parametrize(
    "body",
    [
        "os._exit(1)",
        "os.kill(os.getpid(), 9)",
        "read_frame(sys.stdin.buffer); os._exit(0)",
        "read_frame(sys.stdin.buffer); write_frame(sys.stdout.buffer, b'L not a letter')",
        "read_frame(sys.stdin.buffer); write_frame(sys.stdout.buffer, b'')",
        "read_frame(sys.stdin.buffer); write_frame(sys.stdout.buffer, b'E because')",
    ],
)
def test_whatever_a_broken_reader_does_is_a_sentence(body: str) -> None:
    worker = Worker(seconds=10, command=stand_in(body))
    with pytest.raises(UnreadableLetter) as caught:
        worker.read(ODD)
    assert str(caught.value)
    worker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no memory limits there")
def test_memory_has_a_ceiling_and_the_letter_is_shelved_with_the_reason() -> None:
    hungry = (
        "import channels.mime.parse as p\nread = p.parse\n"
        "p.parse = lambda raw: bytearray(900_000_000) if b'no field' in raw else read(raw)\nmain()"
    )
    worker = Worker(seconds=10, command=stand_in(hungry, ready=False))
    with pytest.raises(UnreadableLetter, match="memory"):
        worker.read(ODD)
    worker.close()


def test_the_process_is_gone_after_the_reader() -> None:
    with Reader() as reader:
        reader.read(ODD)
        process = reader.worker.process
        assert process is not None
    assert process.poll() is not None


def test_no_secret_of_the_environment_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", "canary-7f3a")
    show = (
        "read_frame(sys.stdin.buffer); write_frame(sys.stdout.buffer, b'E' + repr(dict(os.environ)).encode())"
    )
    worker = Worker(seconds=10, command=stand_in(show))
    with pytest.raises(UnreadableLetter) as caught:
        worker.read(ODD)
    assert "canary-7f3a" not in str(caught.value)
    worker.close()


def test_the_process_does_not_depend_on_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "email.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        assert reader.read(ODD).subject == "s"


def test_a_letter_survives_the_way_between_processes() -> None:
    raw = b"From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\nTo: a@b, c@d\nSubject: \xf0\x9f\x8e\x89\n\n> q\nx\n"
    assert unpack(pack(parse(raw)), raw) == parse(raw)


def test_importing_the_letter_and_the_reader_stays_cheap() -> None:
    code = (
        "import sys; import channels.letter; assert not {'email', 'channels.mime.parse'} & set(sys.modules);"
        "import channels.mime.guard, channels.mime.fast;"
        "heavy = {'selectolax', 'cchardet', 'email.parser', 'email.message'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_limits_are_those_that_were_promised() -> None:
    assert (limits.WORKER_SECONDS, limits.WORKER_MEMORY) == (5.0, 512 * 1024 * 1024)
    assert (limits.PARTS, limits.DEPTH, limits.FIELD_BYTES) == (1_000, 50, 65_536)


FIELDS = (
    "From: Anna <a@b.example>",
    "From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>, b@x.example",
    'To: "Doe, Jane" <j@x.example>, c@x.example',
    "Cc: Team: a@b.example;",
    "Subject: =?utf-8?b?w6k=?= plain\r\n folded",
    "Subject: Grüße",
    "Date: Mon, 1 Jan 2024 10:00:00 +0100",
    "Message-ID: <m@x.example>",
    "References: <a@x>\r\n <b@x>",
    "In-Reply-To: <b@x>",
    "List-Id: <l.x>",
    "Auto-Submitted: auto-replied",
    "Return-Path: <>",
    "X-Odd: value: with; many = signs",
)
LEAVES = (
    "\r\nPlain text.\r\n> quoted\r\n",
    'Content-Type: text/plain; charset="utf-8"\r\n\r\nGrüße\r\n-- \r\nAnna\r\n',
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==\r\n",
    "Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\na =\r\nb=20\r\nc\r\n",
    "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <a href='https://x.example'>there</a></p>\r\n",
    'Content-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n'
    "Content-ID: <i1>\r\n\r\niVBORw0KGgo=\r\n",
    "Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: inner\r\n\r\nInside.\r\n",
    "Content-Type: message/delivery-status\r\n\r\n"
    "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    "Content-Disposition: attachment; filename*=utf-8''%e2%82%ac.txt\r\n\r\nfile\r\n",
)  # fmt: skip
KINDS = ("mixed", "alternative", "related", "report; report-type=delivery-status", "signed")


@st.composite
def letters(draw: st.DrawFn) -> bytes:
    """Well-formed letters of many shapes, and now and then one that is not."""
    part = draw(st.sampled_from(LEAVES))
    for level in range(draw(st.integers(0, 3))):
        parts = [part, *draw(st.lists(st.sampled_from(LEAVES), max_size=3))]
        kind, mark = draw(st.sampled_from(KINDS)), f"=_{level}"
        joined = "".join(f"--{mark}\r\n{p}\r\n" for p in parts)
        part = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n{joined}--{mark}--\r\n'
    fields = draw(st.lists(st.sampled_from(FIELDS), max_size=8))
    text = "\r\n".join([*fields, part])
    if draw(st.booleans()):
        text = text.replace("\r\n", "\n")
    cut = draw(st.one_of(st.none(), st.integers(0, len(text))))
    return (text if cut is None else text[:cut]).encode()


@settings(deadline=None, max_examples=300)
@given(letters())
def test_the_fast_way_equals_the_careful_way(raw: bytes) -> None:
    quick = fast.parse(raw)
    if quick is not None:
        assert quick == parse(raw)


def test_the_fast_way_takes_the_letters_it_is_meant_for() -> None:
    """Else the test above would compare nothing."""
    letter = Outgoing(
        message_id="m@x.example",
        sender=Address("Jürgen", "j@x.example"),
        to=(Address("", "a@x.example"),),
        subject="Grüße",
        text="Hello\n> old",
        date=0,
        attachments=(Attachment("ä.pdf", "application/pdf", os.urandom(1000)),),
    )
    raw = compose(letter)
    assert fast.parse(raw) == parse(raw) != None  # noqa: E711
    taken = [fast.parse(("\r\n".join([*FIELDS[1:2], *FIELDS[4:5], leaf])).encode()) for leaf in LEAVES]
    assert sum(found is not None for found in taken) >= 8


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no fields at all",
        ODD,
        PLAIN.replace(b"Hello", b"Hel\0lo"),
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nNo end.\n",
        b"From: a@b.example\nContent-Type: text/plain; charset=x-none\n\nHello.\n",
        b"From: a@b.example\nContent-Transfer-Encoding: x-uuencode\n\nHello.\n",
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<b>" * 10_000,
        b"From: a@b.example\nX: " + b"y" * 40_000 + b"\n\nHello.\n",
        b"From: a@b.example\n\n" + b"x" * 3_000_000,
        b"\xef\xbb\xbfFrom: a@b.example\n\nHello.\n",
        b"From: a@b.example\rSubject: s\r\rHello.\r",
    ],
)
def test_anything_odd_takes_the_careful_way(raw: bytes) -> None:
    assert fast.parse(raw) is None
