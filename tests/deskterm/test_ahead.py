"""Reading ahead: the process beside gives what reading here gives, in order, and may die at any moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.batch import Batch
from channels.errors import Unreachable
from channels.letter import Fetched
from channels.mime.guard import Reader
from deskterm import ahead
from deskterm.ahead import Ahead, reading
from deskterm.receive import Read, read_all

PLAIN = b"From: a@x.example\r\nSubject: S%d\r\nMessage-ID: <%d@x>\r\n\r\nHello %d\r\n> quoted\r\n"
ODD = b"From: a@x.example\r\nSubject: odd\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\nnone\r\n"


def batch(*numbers: int) -> Batch:
    raws = (ODD if n == 13 else PLAIN.replace(b"%d", str(n).encode()) for n in numbers)
    return Batch(tuple(Fetched("INBOX", 1, n, raw, None) for n, raw in zip(numbers, raws, strict=True)))


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ahead]:
    """One that has its process, however few letters and cores there are."""
    monkeypatch.setattr(ahead, "WORTH", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with Reader() as reader, reading(reader, folder=tmp_path, source="box", count=1) as made:
        assert made.worker is not None
        yield made


def read(made: Ahead, *batches: Batch) -> list[tuple[int | None, ...]]:
    return [tuple(one.uid for one in letters) for _, letters in made.read(batches)]


def test_what_the_process_reads_is_what_would_be_read_here(beside: Ahead, tmp_path: Path) -> None:
    some = batch(1, 13, 2)
    with Reader() as reader:
        here = list(read_all(some.letters, reader, folder=tmp_path, source="box", servers=frozenset()))
    found: list[Read] = next(iter(beside.read([some])))[1]
    assert beside.worker is not None
    assert beside.worker.started == 1
    assert found == here
    assert "quoted" not in found[0].own


def test_batches_come_in_order(beside: Ahead) -> None:
    assert read(beside, batch(1, 2), batch(3), batch(), batch(4, 13)) == [(1, 2), (3,), (), (4, 13)]


def test_a_process_that_dies_costs_no_letter(beside: Ahead) -> None:
    assert read(beside, batch(1)) == [(1,)]
    assert beside.worker is not None and beside.worker.process is not None
    os.kill(beside.worker.process.pid, signal.SIGKILL)
    assert read(beside, batch(2), batch(3)) == [(2,), (3,)]


def test_an_answer_that_is_none_is_not_believed(beside: Ahead, monkeypatch: pytest.MonkeyPatch) -> None:
    assert beside.worker is not None
    monkeypatch.setattr(type(beside.worker), "ask", lambda *_: b"\x91\xc0")
    assert read(beside, batch(1, 2)) == [(1, 2)]
    monkeypatch.setattr(type(beside.worker), "ask", lambda *_: b"nonsense")
    assert read(beside, batch(1, 2)) == [(1, 2)]
    assert beside.worker is None


def test_what_was_fetched_before_the_line_was_lost_still_comes(beside: Ahead) -> None:
    def cut() -> Iterator[Batch]:
        yield batch(1)
        yield batch(2)
        raise Unreachable("gone")

    came: list[int | None] = []
    with pytest.raises(Unreachable):
        for _, letters in beside.read(cut()):
            came += [one.uid for one in letters]
    assert came == [1, 2]


def test_few_letters_start_no_process(tmp_path: Path) -> None:
    with Reader() as reader, reading(reader, folder=tmp_path, source="box", count=5) as made:
        assert made.worker is None
        assert read(made, batch(1), batch(13)) == [(1,), (13,)]
