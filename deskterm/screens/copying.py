"""Copying pieces of a ticket to the clipboard, and its attachments to files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deskterm import acts, attachments
from deskterm.panes import TicketPane
from deskterm.safe import clean, fit
from store.errors import Refused
from store.files import private_folder

if TYPE_CHECKING:
    from deskterm.app import DesktermApp
    from deskterm.desk import Desk
    from deskterm.screens.main import Handler, MainScreen

PIECES = ("number", "link", "address", "text", "msgid")


class Copying:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def handlers(self) -> dict[str, Handler]:
        copies: dict[str, Handler] = {f"copy.{what}": self._copy(what) for what in PIECES}
        files: dict[str, Handler] = {
            "file.open": lambda digit: self.file(digit, opening=True),
            "file.save": lambda digit: self.file(digit, opening=False),
        }
        return copies | files

    def _copy(self, what: str) -> Handler:
        return lambda _: self.copy(what)

    def _pane(self) -> TicketPane:
        pane = self.screen.showing.here()
        if pane is None:
            raise Refused("There is no ticket here.")
        return pane

    def copy(self, what: str) -> None:
        """Put a piece of the ticket on the clipboard and say which way it went."""
        text = piece(self._pane(), what)
        if not text:
            raise Refused("There is nothing of that kind to copy here.")
        way = onto_clipboard(self.screen.desk_app, text)
        first = fit(clean(text.strip().splitlines()[0]), 50)
        self.screen.telling.tell(f"Copied {first} ({way})")

    async def file(self, digit: int, *, opening: bool) -> None:
        """Save attachment number `digit`, and open it where there is a desktop."""
        found = attachments.numbered(self._pane().said)
        if not 0 < digit <= len(found):
            many = f"this ticket has {len(found)}" if found else "nothing is attached to this ticket"
            raise Refused(f"There is no attachment {digit}; {many}.")
        message, file = found[digit - 1]
        folder = attachments.downloads(self.desk)
        path = await self.screen.desk_app.read(
            lambda: attachments.save(self.desk, message, file, folder=folder)
        )
        opened = opening and attachments.open_(path)
        nowhere = "; there is no desktop to open it" if opening and not opened else ""
        self.screen.telling.tell(f"{'Opened' if opened else 'Saved'} {clean(str(path))}{nowhere}")


def onto_clipboard(app: DesktermApp, text: str) -> str:
    """Put a text on the clipboard, or its file's path where it cannot be; which way it went."""
    program = by_program(text)
    way = f"with {program}" if program else "through the terminal, OSC 52"
    if not program and (why := deaf(text, os.environ)):
        path = str(saved(app.desk, text))
        way, text = f"{why}; the text is in {clean(path)}", path
    app.copy_to_clipboard(text)
    return way


def piece(pane: TicketPane, what: str) -> str:
    """A piece of a ticket as text; the last message's where there are several."""
    last = pane.said[-1] if pane.said else None
    match what:
        case "number":
            return acts.label(pane.ticket)
        case "link":
            return f"deskterm show {acts.label(pane.ticket).removeprefix('#')}"
        case "address":
            return pane.customer.email if pane.customer is not None else ""
        case "text":
            return last.text if last is not None else ""
        case _:
            return last.message.msgid if last is not None else ""


MOST = 74_000
"""Bytes that fit in the shortest clipboard sequence common terminals take, 100,000 characters of base64."""
_DEAF = frozenset({"linux", "vt100", "vt220", "cons25"})


def deaf(text: str, environ: Mapping[str, str]) -> str:
    """Why the terminal would not take this text for its clipboard (OSC 52), or nothing."""
    if environ.get("TERM", "") in _DEAF or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return "this terminal takes nothing for a clipboard"
    if len(text.encode("utf-8", "replace")) > MOST:
        return "too long for the terminal's clipboard, which has the path"
    return ""


def saved(desk: Desk, text: str) -> Path:
    """Keep a text that no clipboard takes as a file only its owner reads; the last one is replaced."""
    folder = desk.home / "files"
    private_folder(folder)
    path = folder / "copied.txt"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
        out.write(text.encode("utf-8", "replace"))
    return path


def by_program(text: str) -> str:
    """Hand text to the desktop's clipboard too, for terminals that take no OSC 52; the program's name."""
    asked = [("pbcopy", sys.platform == "darwin")]
    asked += [
        ("wl-copy", bool(os.environ.get("WAYLAND_DISPLAY"))),
        ("xclip", bool(os.environ.get("DISPLAY"))),
    ]
    for name, fits in asked:
        if fits and (program := shutil.which(name)):
            words = [program, "-selection", "clipboard"] if name == "xclip" else [program]
            try:
                subprocess.run(
                    words, input=text.encode("utf-8", "replace"), timeout=2, check=True,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError):
                continue
            return name
    return ""
