"""Copying pieces of a ticket to the clipboard, and its attachments to files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from deskterm import acts, attachments
from deskterm.panes import TicketPane
from deskterm.safe import clean, fit
from store.errors import Refused

if TYPE_CHECKING:
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
        pane = self.screen.showing.pane
        if pane is None:
            raise Refused("There is no ticket here.")
        return pane

    def copy(self, what: str) -> None:
        """Put a piece of the ticket on the clipboard and say which way it went."""
        text = piece(self._pane(), what)
        if not text:
            raise Refused("There is nothing of that kind to copy here.")
        self.screen.desk_app.copy_to_clipboard(text)
        program = by_program(text)
        way = f"with {program}" if program else "through the terminal, OSC 52"
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
