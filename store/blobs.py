"""Texts, raw letters and attachments by content hash.

A letter is one zstd frame: its readable text first, then its raw bytes without their base64. So a text stands
in one place, costs little (the raw bytes repeat it) and is read without touching an attachment behind it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from functools import cache
from hashlib import sha256
from pathlib import Path

import zstandard
from msgspec import Struct

from store import armour
from store.errors import NotFound, StoreDamaged, StoreFull
from store.files import private_folder, sync_folder

IN_FILE = 512_000
"""Compressed bytes above which a frame becomes a file beside the database."""

LEVEL = 1
"""Of zstd. Level 3 takes twice the time for one byte in a hundred."""

COMMONPLACES = Path(__file__).with_name("commonplaces.txt")
"""What stands in most letters of the world: every frame is packed as if this had come before it. It may never
change by a byte, or no letter of any desk could be read."""


class Blob(Struct, frozen=True):
    """A frame ready to be written in a transaction. Made by `letter`, `words` or `file`."""

    hash: str
    size: int
    text: int
    data: bytes | None
    """None when the frame already stands in its file."""
    armour: str = ""
    """Where base64 was taken off."""

    def row(self) -> tuple[str, int, int, str, bytes | None]:
        """What `KEEP` is run with."""
        return self.hash, self.size, self.text, self.armour, self.data

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(KEEP, self.row())


KEEP = (
    "INSERT INTO blob(hash, size, text, armour, data) VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET size = excluded.size, text = excluded.text, armour = excluded.armour, data = excluded.data"
    " WHERE blob.text = 0 AND excluded.text > 0"
)
"""A letter from the shelf stood there without a text; read after all, it brings one."""


def letter(raw: bytes, text: str, *, key: str = "", folder: Path | None) -> Blob:
    """A letter with its readable text. The key is the hash of the raw bytes, where the caller knows it."""
    key = key or sha256(raw).hexdigest()
    return _frame(key, text.encode("utf-8", "replace"), raw, folder=folder)


def words(text: str) -> Blob:
    """A text written here: a reply, a note. The key is the hash of the text."""
    raw = text.encode("utf-8", "replace")
    return _frame(sha256(raw).hexdigest(), raw, b"", folder=None)


def file(data: bytes, *, folder: Path | None) -> Blob:
    """Bytes without a text: an attachment to be sent, a letter that could not be read."""
    return _frame(sha256(data).hexdigest(), b"", data, folder=folder)


@cache
def folder_of(path: str) -> Path | None:
    """Where the large frames of the desk at `path` stand; None for a desk in memory."""
    return None if path == ":memory:" else Path(path).parent / "blobs"


def read_text(conn: sqlite3.Connection, key: str, *, folder: Path | None) -> str:
    """The text of a blob. Raises NotFound or StoreDamaged."""
    size, text, _, data = _row(conn, key)
    if text == 0:
        return ""
    frame = data if data is not None else _file(folder, key, text)
    try:
        return unpack(frame, text).decode("utf-8", "replace")
    except zstandard.ZstdError as error:
        raise StoreDamaged(f"Blob {key[:12]} of {size:,} bytes is damaged ({error}).") from None


def read_raw(conn: sqlite3.Connection, key: str, *, folder: Path | None) -> bytes:
    """The raw bytes of a blob, checked against its hash. Raises NotFound or StoreDamaged."""
    size, text, notes, data = _row(conn, key)
    frame = data if data is not None else _file(folder, key, text)
    try:
        whole = unpack(frame, size)
        raw = armour.on(whole[text:] or whole[:text], notes)
    except (zstandard.ZstdError, ValueError) as error:
        raise StoreDamaged(f"Blob {key[:12]} of {size:,} bytes is damaged ({error}).") from None
    if sha256(raw).hexdigest() != key:
        raise StoreDamaged(f"Blob {key[:12]} does not match its hash: its bytes were altered.")
    return raw


def faults(conn: sqlite3.Connection, *, folder: Path | None) -> list[str]:
    """Every blob whose bytes do not match its name, in words."""
    found: list[str] = []
    last = ""
    while keys := conn.execute(_NEXT, (last,)).fetchall():
        for (key,) in keys:
            try:
                read_raw(conn, key, folder=folder)
            except (NotFound, StoreDamaged) as error:
                found.append(str(error))
        last = keys[-1][0]
    return found


_NEXT = "SELECT hash FROM blob WHERE hash > ? ORDER BY hash LIMIT 1000"


def _frame(key: str, text: bytes, raw: bytes, *, folder: Path | None) -> Blob:
    bare, notes = armour.off(raw)
    size = len(text) + len(bare)
    data = _packer().compress(text + bare)
    if folder is None or len(data) <= IN_FILE:
        return Blob(key, size, len(text), data, notes)
    try:
        _write_file(_place(folder, key, len(text)), data)
    except OSError as error:
        raise StoreFull(
            f"A letter or attachment cannot be kept in {folder} ({error.strerror}). Nothing was changed; "
            "free some space or check the rights."
        ) from error
    return Blob(key, size, len(text), None, notes)


_MINE = threading.local()


def _packer() -> zstandard.ZstdCompressor:
    """The compressor of this thread; one is not for two threads at once."""
    packer: zstandard.ZstdCompressor | None = getattr(_MINE, "packer", None)
    if packer is None:
        packer = _MINE.packer = zstandard.ZstdCompressor(level=LEVEL, dict_data=_before())
    return packer


@cache
def _before() -> zstandard.ZstdCompressionDict:
    text = COMMONPLACES.read_bytes().replace(b"\r\n", b"\n")
    before = zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    before.precompute_compress(level=LEVEL)  # pyright: ignore[reportUnknownMemberType]
    return before


def _place(folder: Path, key: str, text: int) -> Path:
    """Where a frame stands; one with a text never takes the place of the same bytes without."""
    return folder / key[:2] / (f"{key}-{text}" if text else key)


def _write_file(target: Path, data: bytes) -> None:
    """Written and synced before the transaction that names it; an orphan after a crash does no harm."""
    if target.exists():
        return
    private_folder(target.parent)
    fresh = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(target)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    sync_folder(target.parent.parent)


def _row(conn: sqlite3.Connection, key: str) -> tuple[int, int, str, bytes | None]:
    row: tuple[int, int, str, bytes | None] | None = conn.execute(
        "SELECT size, text, armour, data FROM blob WHERE hash = ?", (key,)
    ).fetchone()
    if row is None:
        raise NotFound(f"The bytes named {key[:12]} are not on this machine.")
    return row


def _file(folder: Path | None, key: str, text: int) -> bytes:
    try:
        return _place(folder or Path(), key, text).read_bytes()
    except OSError as error:
        raise NotFound(f"The file of blob {key[:12]} cannot be read ({error.strerror}).") from None


def unpack(frame: bytes, size: int) -> bytes:
    """The first `size` bytes of a frame; never more, whatever the frame claims."""
    # A frame of an older desk was packed with nothing before it, which does not hinder reading it.
    with zstandard.ZstdDecompressor(dict_data=_before()).stream_reader(frame) as reader:
        return reader.read(size)
