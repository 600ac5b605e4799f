"""Reading and writing letters as files without being led astray: no links followed, no pipes opened,
nothing half written. Knows no folder layout."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from channels.batch import HEAD, TooBig
from channels.letter import Fetched

PLACE = 1
"""UIDVALIDITY of everything that lies in files: a name keeps its meaning."""


def steady_uid(name: str) -> int:
    """A number that is always the same for the same name, 1 to 2^52."""
    return int.from_bytes(hashlib.sha256(os.fsencode(name)).digest()[:8], "big") % 2**52 + 1


def read_letter(
    path: Path, *, folder: str, uid: int, flags: tuple[str, ...], most: int
) -> Fetched | TooBig | None:
    """The letter in a plain file, or its size and head when above `most` bytes.

    None when the file is gone, or is no plain file (links, pipes and devices are not followed).
    Raises OSError for everything else, such as missing rights.
    """
    quiet = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, os.O_RDONLY | quiet)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR):
            return None
        raise
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            return None
        when = int(about.st_mtime)
        if about.st_size > most:
            return TooBig(folder, PLACE, uid, about.st_size, file.read(HEAD), when, flags)
        return Fetched(folder, PLACE, uid, file.read(most + 1), when, flags)


def write_letter(temporary: Path, final: Path, raw: bytes) -> None:
    """Write `raw` durably: a private file in `temporary`, then moved to `final`. All or nothing."""
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(final)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
