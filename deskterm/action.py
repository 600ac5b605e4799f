"""What an action is: its words, keys, places and undo. The actions themselves are listed in actions.py.

No Textual, and no idea how an action is carried out.
"""

from __future__ import annotations

from msgspec import Struct

ANYWHERE = "anywhere"
LIST = "list"
TICKET = "ticket"
"""A ticket or the selection, in the list and in the conversation."""
CONVERSATION = "conversation"
WRITING = "writing"
"""The command row under a text, after Esc."""
TEXT = "text"
"""Inside a text box, where letters are letters."""
ROWS = "rows"
"""Any list on a screen of its own: what happened, what waits, rules, settings, hits."""
HISTORY = "history"
THEN = "ticket then"
"""One ticket as it was."""
DESK_THEN = "desk then"
"""A queue as it was."""
SEARCH = "search"
SETTINGS = "settings"
RULES = "rules"
TRIAL = "rule on trial"
CUSTOMER = "customer"
DRAFTS = "drafts"
OUTBOX = "outbox"
ERRORS = "errors"

UNDO = "z"
HELD = "held 10 s, z"
NOTHING = "changes nothing"
TYPED_BACK = "the text box's own undo"
ASKS = "asks, with another key"


class Action(Struct, frozen=True):
    id: str
    words: str
    """What it does, in the fewest words that fit the hints line."""
    keys: tuple[str, ...]
    """As written for people: `e`, `ctrl+r`, `g i` for one key after another, `1-9`, `up`."""
    where: tuple[str, ...] = (ANYWHERE,)
    undo: str = NOTHING
    group: str = "On a ticket"
    rank: int = 0
    """Place in the hints line, 1 first; 0 is never hinted."""
    shell: str = ""
    """The shell command that does the same, or empty where only a screen makes sense."""
    help: str = ""
    """A sentence more than the words, for the key help."""


_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
}


def keys_shown(key: str) -> str:
    """A key or sequence as printed for people."""
    return " ".join(_SHOWN.get(part, part) for part in key.split(" "))
