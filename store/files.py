"""Folders of a desk on disk: nobody else's to read, their names durable. Knows no database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO


def private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each 0700: `mkdir(parents=True)` would open them."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> TextIO:
    """A file opened to be written anew, 0600 whatever the umask."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file whose name is not is lost with it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
