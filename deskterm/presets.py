"""The keys of a desk: ours, Gmail's or vim's, and the owner's own over them. No Textual."""

from __future__ import annotations

from collections.abc import Mapping

from deskterm.config import Settings
from deskterm.keymap import Keymap

PRESETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "deskterm": {},
    "gmail": {
        "ticket.snooze": ("b",),
        "view.page_up": ("B",),
        "ticket.tag": ("l",),
        "change.undo": ("z",),
        "nav.back": ("escape", "u"),
        **dict.fromkeys(("history.undo", "setting.undo", "pending.back"), ("z",)),
    },
    "vim": {
        "change.undo": ("u",),
        "change.redo": ("ctrl+r",),
        "desk.refresh": ("f5",),
        "ticket.snooze": ("z",),
        "nav.back": ("escape", "h"),
        "ticket.open": ("enter", "o", "l"),
        "list.page_down": ("pagedown", "ctrl+f"),
        "list.page_up": ("pageup", "ctrl+b"),
    },
}
"""What each preset changes: keys by action id."""


def keymap(settings: Settings) -> Keymap:
    """The keys in force. Raises KeyClash."""
    return Keymap(own={**PRESETS[settings.keymap], **settings.keys})
