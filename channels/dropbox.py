"""Letters as .eml files: one file, or a folder of them, folders inside included. Only reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from channels.batch import TOO_BIG, Batch
from channels.errors import FolderGone
from channels.files import steady_uid
from channels.maildir import Found, groups, read
from channels.words import quoted

ENDINGS = (".eml", ".email")


def fetch(
    path: Path,
    *,
    seen: Callable[[str, int], bool] = lambda folder, uid: False,
    batch: int = 200,
    too_big: int = TOO_BIG,
) -> Iterator[Batch]:
    """The letters at `path`, newest file first, without those `seen` (asked with folder and uid).

    A file named outright is read whatever its ending; in folders only .eml files count, and links
    are not followed. Raises FolderGone when there is nothing at `path`.
    """
    fresh = [one for one in scan(path) if not seen(one.folder, one.uid)]
    for some in groups(fresh, batch=batch):
        yield read(some, too_big=too_big)


def scan(path: Path) -> list[Found]:
    """The letters at `path`, newest file first. Reads none."""
    path = path.resolve()
    if path.is_dir():
        found = list(_below(path, root=path))
    elif path.is_file():
        found = [_found(path, root=path.parent)]
    else:
        raise FolderGone(f"There is neither a file nor a folder at {quoted(path)}. Check the path.")
    return sorted(found, key=lambda one: (-one.when, str(one.path)))


def _below(folder: Path, *, root: Path) -> Iterator[Found]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        raise FolderGone(f"The folder {quoted(folder)} cannot be read ({quoted(error)}).") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), root=root)
        elif entry.name.lower().endswith(ENDINGS) and entry.is_file(follow_symlinks=False):
            yield _found(Path(entry.path), root=root)


def _found(path: Path, *, root: Path) -> Found:
    about = path.lstat()
    inside = path.relative_to(root)
    folder = inside.parent.as_posix() if inside.parent.parts else root.name
    return Found(folder, steady_uid(inside.as_posix()), path, (), int(about.st_mtime), about.st_size)
