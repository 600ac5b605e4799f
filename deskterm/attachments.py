"""Attachments of letters: taken out of the raw letter on demand, saved under a safe name, opened.

Never overwrites, never follows a link, never meets a shell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from deskterm.desk import Desk
from deskterm.panes import Said
from store import blobs, shelf
from store.errors import Refused
from store.model import File, Message


def numbered(said: Sequence[Said]) -> list[tuple[Message, File]]:
    """The attachments of a conversation in the order of their numbers, from 1."""
    return [(one.message, file) for one in said for file in one.message.files]


def data(desk: Desk, message: Message, file: File) -> bytes:
    """The bytes of an attachment, checked against its hash. Raises NotFound, StoreDamaged or Refused."""
    from channels.mime.extract import extract

    if not file.part:
        return blobs.read_raw(desk.conn, file.sha256, folder=desk.blob_folder)
    found = extract(desk.raw(message), file.part)
    if sha256(found).hexdigest() != file.sha256:
        raise Refused(f"{file.name} does not match its hash any more; nothing was written.")
    return found


def save(desk: Desk, message: Message, file: File, *, folder: Path) -> Path:
    """Write an attachment into `folder` under a name that is free there."""
    from channels.mime.files import safe_name

    return _written(folder, safe_name(file.name, file.type), lambda: data(desk, message, file))


def save_shelved(desk: Desk, lying: int, *, folder: Path) -> Path:
    """Write a letter of the shelf, byte for byte, into `folder`. Raises Refused when it is gone."""
    found = next((one for one in shelf.lying(desk.conn) if one.id == lying), None)
    if found is None:
        raise Refused("This letter was read by now; it is on the desk.")
    return _written(
        folder,
        f"unread-{lying}.eml",
        lambda: blobs.read_raw(desk.conn, found.blob, folder=desk.blob_folder),
    )


def save_as(folder: Path, name: str, data: bytes) -> Path:
    """Write bytes of our own under this name, or the first like it that is free."""
    return _written(folder, name, lambda: data)


def _written(folder: Path, name: str, content: Callable[[], bytes]) -> Path:
    """Write bytes under this name, or the first like it that is free."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, ending = name.rpartition(".")
    for n in range(1000):
        target = folder / (name if n == 0 else f"{stem or ending}-{n}{dot}{ending if stem else ''}")
        try:
            handle = os.open(
                target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600
            )
        except FileExistsError:
            continue
        except OSError as error:
            raise Refused(f"{target} cannot be written ({error.strerror}).") from None
        with os.fdopen(handle, "wb") as out:
            out.write(content())
        return target
    raise Refused(f"{folder} holds a thousand files called {name}; choose another folder.")


def open_(path: Path) -> bool:
    """Hand a saved file to the desktop's opener; False where there is none."""
    opener = _opener()
    if opener is None:
        return False
    subprocess.Popen(
        [opener, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return True


def _opener() -> str | None:
    """The program a desktop opens files with. On Linux `open` is mailcap's, which needs no desktop."""
    if sys.platform == "darwin":
        return shutil.which("open")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return None
    return shutil.which("xdg-open") or shutil.which("wslview")


def downloads(desk: Desk) -> Path:
    """Where attachments are saved: the person's Downloads, else the desk's home."""
    folder = Path.home() / "Downloads"
    return folder if folder.is_dir() else desk.home / "files"
