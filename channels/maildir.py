"""Letters in a Maildir: read as Dovecot, mbsync and offlineimap leave it, and written the way its
inventor asks (cr.yp.to/proto/maildir.html). Nothing in a Maildir that is read is ever changed.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from channels.batch import TOO_BIG, Batch, TooBig, Withheld
from channels.errors import ChannelError, FolderGone
from channels.files import PLACE, read_letter, steady_uid, sync_folder, write_letter
from channels.letter import Fetched
from channels.words import quoted

AT_ONCE = 6 * 1024 * 1024
"""Bytes of letters handed over together at most, unless one alone is larger."""
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")
"""What follows a name in cur; some systems cannot have a colon in it."""
_FLAGS = {
    "D": "\\Draft", "F": "\\Flagged", "P": "$Forwarded", "R": "\\Answered", "S": "\\Seen", "T": "\\Deleted",
}  # fmt: skip
_count = itertools.count()


class Found(Struct, frozen=True):
    """A letter's place, not read yet."""

    folder: str
    uid: int
    """Steady for the unique part of the file's name, so flags and moves from new to cur change nothing."""
    path: Path
    flags: tuple[str, ...]
    when: int
    """File time, Unix seconds."""
    size: int


def folders(root: Path) -> dict[str, Path]:
    """Every Maildir at and below `root`: name (`INBOX`, `Support/EU`) to path. Links are not followed.

    Raises FolderGone when there is none.
    """
    found: dict[str, Path] = {}
    for path in _walk(root):
        name = _name(path.relative_to(root).parts)
        found.setdefault(name, path)
    if not found:
        raise FolderGone(f"{quoted(root)} is not a Maildir: it holds no cur and new folders. Check the path.")
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != "INBOX", pair[0])))


def is_maildir(root: Path) -> bool:
    """Whether there is a Maildir at `root` or below it."""
    return next(_walk(root), None) is not None


def _walk(folder: Path) -> Iterator[Path]:
    names = _subfolders(folder)
    if {"cur", "new"} <= set(names):
        yield folder
    for name in sorted(names):
        if name not in ("cur", "new", "tmp"):
            yield from _walk(folder / name)


def _subfolders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _name(parts: tuple[str, ...]) -> str:
    """`.Sub.Deep` (Maildir++) and `Sub/.Deep` or `Sub/Deep` (mbsync) are all `Sub/Deep`."""
    words = [word for part in parts for word in (part[1:].split(".") if part.startswith(".") else [part])]
    return "/".join(word for word in words if word) or "INBOX"


def scan(path: Path, *, folder: str) -> list[Found]:
    """The letters of one Maildir, newest first; what is in tmp is not there yet. Reads no letter."""
    found: dict[int, Found] = {}
    for part in ("new", "cur"):
        try:
            with os.scandir(path / part) as entries:
                some = [one for entry in entries if (one := _found(entry, folder))]
        except OSError as error:
            raise FolderGone(f"The folder {quoted(path / part)} cannot be read ({quoted(error)}).") from None
        # A letter on its way from new to cur may be seen in both; cur knows its flags.
        found.update((one.uid, one) for one in some)
    return sorted(found.values(), key=lambda one: (-one.when, -_delivered(one.path.name), one.path.name))


def _found(entry: os.DirEntry[str], folder: str) -> Found | None:
    if entry.name.startswith("."):
        return None
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        about = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    flags = _INFO.search(entry.name)
    words = tuple(_FLAGS[letter] for letter in (flags.group(1) if flags else "") if letter in _FLAGS)
    uid = steady_uid(_unique(entry.name))
    return Found(folder, uid, Path(entry.path), words, int(about.st_mtime), about.st_size)


def _unique(name: str) -> str:
    """The part of a file name that stays: `,U=5`, `,S=1234` and flags come and go."""
    return _INFO.sub("", name).split(",", 1)[0]


def _delivered(name: str) -> int:
    """Delivery time and order as the name tells them, for letters of one second."""
    first = name.split(".", 1)[0]
    return int(first) if first.isdecimal() and len(first) < 15 else 0


def fetch(
    root: Path,
    *,
    only: Collection[str] | None = None,
    seen: Callable[[str, int], bool] = lambda folder, uid: False,
    batch: int = 200,
    too_big: int = TOO_BIG,
) -> Iterator[Batch]:
    """Letters of the Maildirs at and below `root`, newest first in each folder, without those `seen`.

    `only` names folders as `folders` gives them; `seen` is asked with folder and uid. Files that
    vanish meanwhile are in `gone`, unreadable ones in `withheld` with the reason.
    """
    for name, path in folders(root).items():
        if only is not None and name not in only:
            continue
        fresh = [one for one in scan(path, folder=name) if not seen(name, one.uid)]
        for some in groups(fresh, batch=batch):
            yield read(some, too_big=too_big)


def groups(found: list[Found], *, batch: int) -> Iterator[list[Found]]:
    """Cut a listing into steps of at most `batch` letters and about 16 MB. Pure."""
    some: list[Found] = []
    total = 0
    for one in found:
        if some and (len(some) >= batch or total + one.size > AT_ONCE):
            yield some
            some, total = [], 0
        some.append(one)
        total += one.size
    if some:
        yield some


def read(found: list[Found], *, too_big: int = TOO_BIG) -> Batch:
    """Read listed letters. A file renamed meanwhile (flags, new to cur) is found again by its unique part."""
    letters: list[Fetched] = []
    big: list[TooBig] = []
    withheld: list[Withheld] = []
    gone: list[int] = []
    for one in found:
        try:
            got = _read(one, too_big)
        except OSError as error:
            withheld.append(Withheld(one.folder, PLACE, one.uid, quoted(error.strerror or error)))
            continue
        if isinstance(got, Fetched):
            letters.append(got)
        elif got:
            big.append(got)
        else:
            gone.append(one.uid)
    return Batch(tuple(letters), tuple(big), tuple(withheld), tuple(gone))


def _read(one: Found, most: int) -> Fetched | TooBig | None:
    got = read_letter(one.path, folder=one.folder, uid=one.uid, flags=one.flags, most=most)
    if got is None and one.path.parent.name in ("new", "cur") and (moved := _moved(one)):
        got = read_letter(moved, folder=one.folder, uid=one.uid, flags=one.flags, most=most)
    return got


def _moved(one: Found) -> Path | None:
    wanted = _unique(one.path.name)
    for part in ("cur", "new"):
        with suppress(OSError), os.scandir(one.path.parent.parent / part) as entries:
            for entry in entries:
                if _unique(entry.name) == wanted:
                    return Path(entry.path)
    return None


def deliver(root: Path, raw: bytes) -> Path:
    """Put a letter into the Maildir at `root`, made if need be; durable when this returns. 0600."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in ("tmp", "new", "cur"):
            (root / part).mkdir(mode=0o700, exist_ok=True)
        name = _fresh_name()
        final = root / "new" / name
        write_letter(root / "tmp" / name, final, raw)
        sync_folder(root)
    except OSError as error:
        raise ChannelError(
            f"The letter could not be put into {quoted(root)} ({quoted(error.strerror or error)}). It was "
            "not sent; make room or correct the path."
        ) from None
    return final


def _fresh_name() -> str:
    now = time.time_ns()
    host = re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname()) or "localhost"
    part = f"M{now // 1000 % 1_000_000}P{os.getpid()}Q{next(_count)}R{secrets.token_hex(4)}"
    return f"{now // 1_000_000_000}.{part}.{host}"
