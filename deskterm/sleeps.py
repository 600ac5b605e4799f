"""How long a ticket sleeps: until a moment, until a reply, whichever comes first, or both.

Pure. A sleep is a moment and a mode; the mode is empty where a letter wakes the ticket, as it does
unless somebody asked for something else.
"""

from __future__ import annotations

from datetime import tzinfo

from deskterm import moments
from store.errors import QueryError

FOREVER = 253_370_764_800
"""The year 9999: asleep until something else than the time ends it."""

TIME, BOTH = "time", "both"
"""Modes: a letter does not wake it; the moment has to come and a letter too."""

UNTIL = ("first", "reply", "both", "time")
"""What `--until` may say."""

_ENDINGS = {" and a reply": "both", " and reply": "both", " or reply": "first", " only": "time"}


def read(text: str, *, until: str = "", now: int, zone: tzinfo) -> tuple[int, str]:
    """`tomorrow`, `reply`, `tomorrow and reply`, `tomorrow only` as moment and mode. Raises QueryError."""
    words = " ".join(text.lower().split())
    for ending, means in () if until else _ENDINGS.items():
        if words.endswith(ending):
            words, until = words.removesuffix(ending), means
            break
    if words in ("reply", "a reply", "") and until in ("", "reply"):
        return FOREVER, ""
    if until == "reply":
        raise QueryError(
            f'"{text[:40]}" is a moment, and --until reply waits for none; say --until first or both.'
        )
    if words in ("", "reply", "a reply"):
        raise QueryError(f"--until {until} needs a moment too, as in `snooze 12 2d --until {until}`.")
    return moments.ahead(words, now=now, zone=zone), {"both": BOTH, "time": TIME}.get(until, "")


def shown(until: int, mode: str, *, moment: str) -> str:
    """The end of a sleep in words, `moment` being how that moment is written here."""
    if until >= FOREVER:
        return "until a reply"
    return f"until {moment}{' and a reply' if mode == BOTH else ', whoever writes' if mode == TIME else ''}"
