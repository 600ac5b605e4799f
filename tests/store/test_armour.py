"""Base64 comes off letters and on again without a byte changed; frames of any age stay readable."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from store import armour, blobs, migrations
from store.db import Store
from store.errors import StoreDamaged
from tests.rigs.desks import replica
from tests.store.test_log_beside import keep

DATA = bytes(range(256)) * 30


def part(data: bytes, *, width: int = 76, ending: bytes = b"\r\n", after: bytes = b"") -> bytes:
    text = base64.b64encode(data)
    lines = ending.join(text[at : at + width] for at in range(0, len(text), width))
    head = ending.join((b"--b", b"Content-Type: x/y", b"Content-Transfer-Encoding: base64", b"", b""))
    return head + lines + after + ending


WHOLE = b"From: a@x.example\r\nSubject: S\r\n\r\n" + part(DATA) + part(DATA[::-1]) + b"--b--\r\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("width", [60, 72, 76])
def test_base64_is_kept_as_what_it_says(width: int, ending: bytes) -> None:
    raw = b"Subject: S" + ending * 2 + part(DATA, width=width, ending=ending) * 2 + b"--b--" + ending
    bare, notes = armour.off(raw)
    assert bare.count(DATA) == 2
    assert armour.on(bare, notes) == raw


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from([b"base64", b"base64\n\n", b"base64\r\n\r\n", b"\n--b\n", b"\r\n", b"A" * 99]),
            st.builds(
                part, st.binary(max_size=900), width=st.integers(4, 80),
                ending=st.sampled_from([b"\n", b"\r\n"]),
                after=st.sampled_from([b"", b"=", b"\n", b" ", b"\r\n\n"]),
            ),
        ),
        max_size=6,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_letter_comes_back(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert armour.on(*armour.off(raw)) == raw


def test_P01_a_letter_that_speaks_of_base64_everywhere_is_passed_once() -> None:
    """Without a bound the first takes a minute, and the second makes notes longer than the letter."""
    for hostile in (b"base64\n\nAAAA\n" * 100_000, part(b"x" * 300) * 2_000):
        bare, notes = armour.off(hostile)
        assert armour.on(bare, notes) == hostile
        assert len(notes) < 5_000


def test_armour_that_was_altered_is_said_to_be_damaged() -> None:
    store = replica(0).store
    blob = blobs.letter(WHOLE, "text", folder=None)
    keep(store, blob)
    for notes in ("5,5", "a,b,c,d", "1,2,0,1", "9,9,9,9", "-5,5,5,1", ""):
        store._writer.execute("UPDATE blob SET armour = ?", (notes,))
        with pytest.raises(StoreDamaged):
            blobs.read_raw(store.read(), blob.hash, folder=None)


def test_the_commonplaces_are_what_they_were() -> None:
    """Every frame of every desk was packed with these bytes before it; to change them is to lose letters."""
    text = blobs.COMMONPLACES.read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(text).hexdigest() == (
        "682cae3a7fc2e3a4acfd44e40f5b8c8170feda5713c5d46c20fb76541e8e086b"
    )


def test_D12_frames_of_an_older_desk_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.db"
    with monkeypatch.context() as patch:
        earlier = list(migrations.STEPS).index("frames")
        patch.setattr(migrations, "STEPS", dict(list(migrations.STEPS.items())[:earlier]))
        patch.setattr(migrations, "LATEST", earlier)
        Store(path).close()
    key = hashlib.sha256(WHOLE).hexdigest()
    frame = zstandard.ZstdCompressor(level=1).compress(b"text" + WHOLE)
    with sqlite3.connect(path) as conn:
        conn.execute("INSERT INTO blob VALUES(?, ?, 4, ?)", (key, len(WHOLE) + 4, frame))
    store = Store(path)
    try:
        assert blobs.read_text(store.read(), key, folder=None) == "text"
        assert blobs.read_raw(store.read(), key, folder=None) == WHOLE
    finally:
        store.close()
