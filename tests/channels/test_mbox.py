"""mbox files: where letters begin, what is unquoted, and which lengths are believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mbox import split

FROM = b"From anna@x.example Mon May  3 10:05:00 2021\n"


def letters(folder: Path, data: bytes) -> list[bytes]:
    path = folder / "box"
    path.write_bytes(data)
    return list(split(path))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_letters_end_where_the_next_begins(tmp_path: Path, end: bytes) -> None:
    data = (FROM + b"A: 1\n\none\n\n" + FROM + b"A: 2\n\ntwo\n\n").replace(b"\n", end)
    assert letters(tmp_path, data) == [
        b"A: 1\n\none\n".replace(b"\n", end),
        b"A: 2\n\ntwo\n".replace(b"\n", end),
    ]


def test_a_sentence_that_begins_with_from_is_text(tmp_path: Path) -> None:
    body = b"A: 1\n\nhello\n\nFrom here on it rains.\nFrom x\n"
    assert letters(tmp_path, FROM + body + b"\n") == [body]


def test_quoted_from_lines_are_unquoted_once(tmp_path: Path) -> None:
    data = FROM + b"A: 1\n\n>From a\n>>From b\n>Fromage\n\n"
    assert letters(tmp_path, data) == [b"A: 1\n\nFrom a\n>From b\n>Fromage\n"]


def test_a_length_that_holds_is_believed_and_one_that_lies_is_not(tmp_path: Path) -> None:
    body = b"one\ntwo\n"
    good = FROM + b"Content-Length: %d\n\n" % len(body) + body + b"\n" + FROM + b"A: 2\n\nx\n\n"
    assert len(letters(tmp_path, good)) == 2
    for length in (3, 10_000, len(body) + len(FROM) + 5):
        bad = FROM + b"Content-Length: %d\n\n" % length + body + b"\n" + FROM + b"A: 2\n\nx\n\n"
        assert [raw[-2:] for raw in letters(tmp_path, bad)] == [b"o\n", b"x\n"]


def test_a_length_cannot_swallow_a_letter(tmp_path: Path) -> None:
    second = FROM + b"A: 2\n\nx\n\n"
    body = b"one\n\n" + second
    data = FROM + b"Content-Length: %d\n\n" % len(body) + body + FROM + b"A: 3\n\ny\n\n"
    assert len(letters(tmp_path, data)) == 3


@pytest.mark.parametrize("data", [b"", b"\n\n\n"])
def test_nothing_is_no_letter(tmp_path: Path, data: bytes) -> None:
    assert letters(tmp_path, data) == []


def test_a_file_without_separators_is_one_letter(tmp_path: Path) -> None:
    assert letters(tmp_path, b"A: 1\n\none\n") == [b"A: 1\n\none\n"]


def test_letters_come_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes((FROM + b"A: 1\n\n" + b"x" * 70_000 + b"\n\n") * 3)
    found = split(path)
    assert next(found).endswith(b"x\n")
    assert sum(1 for _ in found) == 2


BODIES = st.lists(st.text(alphabet="ab >\nFrom:", max_size=40), min_size=1, max_size=6)


@given(BODIES)
def test_what_was_joined_comes_apart(bodies: list[str]) -> None:
    from tempfile import TemporaryDirectory

    raws = [b"A: 1\n\n" + body.strip("\n").encode() + b"\n" for body in bodies]
    quoted = [
        b"".join(b">" + ln if ln.lstrip(b">").startswith(b"From ") else ln for ln in r.splitlines(True))
        for r in raws
    ]
    with TemporaryDirectory() as folder:
        assert letters(Path(folder), b"".join(FROM + raw + b"\n" for raw in quoted)) == raws
