"""Texts written in $EDITOR: handed over in a private file, and kept there when something goes wrong."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from deskterm.cli import say
from store.errors import Refused, StoreError


class Sheet:
    """A file a person writes in. `done` removes it; without that it stays, so no word is lost."""

    def __init__(self, text: str, *, name: str, command: str, otherwise: str) -> None:
        """Raises Refused, naming the way `otherwise`, when nobody is there to write."""
        if not say.can_ask():
            raise Refused(f"There is no terminal to open the editor on; {otherwise}.")
        folder = Path(tempfile.mkdtemp(prefix="deskterm-"))
        self.path = folder / name
        self.command = command
        self.write(text)

    def write(self, text: str) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)

    def edited(self) -> str:
        """The text after the editor closed. Raises Refused when there is no editor, or it failed."""
        words = shlex.split(self.command)
        try:
            code = subprocess.call([*words, str(self.path)])
        except OSError as error:
            self.done()
            raise Refused(
                f"The editor {self.command!r} cannot be started ({error.strerror}). Set editor or $EDITOR."
            ) from None
        if code:
            raise Refused(f"The editor ended with {code}, so nothing was done. The text is in {self.path}.")
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise StoreError(f"{self.path} cannot be read ({error.strerror}).") from None

    def done(self) -> None:
        """Remove it, with whatever the editor left beside it."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def rescued(text: str, *, name: str) -> Path:
    """A private file with words that could be kept nowhere else."""
    path = Path(tempfile.mkdtemp(prefix="deskterm-")) / name
    path.write_text(text, encoding="utf-8")
    return path


def written(text: str, *, name: str, command: str) -> str:
    """The text after one visit of the editor; the file is gone then."""
    sheet = Sheet(text, name=name, command=command, otherwise="give the text with -m")
    after = sheet.edited()
    sheet.done()
    return after
