"""$EDITOR and back: the screen steps aside, the text comes home."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from store.errors import Refused

if TYPE_CHECKING:
    from deskterm.app import DesktermApp


def edit_text(app: DesktermApp, text: str, *, name: str = "reply-", ending: str = ".txt") -> str | None:
    """The text as it comes back from the editor; None when nothing is to change.

    The file is only ours (0600) and gone afterwards. An empty file cancels. Raises Refused with the
    reason when the editor cannot be started or fails; the text is kept then.
    """
    command = shlex.split(app.desk.settings.editor_command())
    handle, file = tempfile.mkstemp(prefix=name, suffix=ending, dir=app.desk.home)
    path = Path(file)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        with app.suspend():
            status, why = _run([*command, file])
        back = path.read_text(encoding="utf-8", errors="replace")
    except SuspendNotSupported:
        raise Refused("This terminal cannot step aside for an editor; the text is kept here.") from None
    finally:
        path.unlink(missing_ok=True)
    if why:
        raise Refused(f"{command[0]} could not be started ({why}); the text is kept here.")
    if status != 0:
        raise Refused(f"{command[0]} ended with {status}; the text is as it was.")
    return back if back.strip() and back != text else None


def _run(command: list[str]) -> tuple[int, str]:
    """The exit code, or why it could not be started. Never raises: the screen has to come back first."""
    try:
        return subprocess.run(command, check=False).returncode, ""
    except OSError as error:
        return 1, error.strerror or type(error).__name__
