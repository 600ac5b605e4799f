"""Alerts: letters of machines that are about one trouble, by a key in their subject.

Pure. Knows how the `alert` docs are written and which key a letter has; where the tickets are is the
caller's affair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from msgspec import Struct

from store.rules.doctext import Doc
from store.rules.policies import read_duration
from store.rules.wildcards import Pattern, read_pattern

KEYS = ("from", "subject", "recovered", "within", "solve")
LONGEST_KEY = 120

EXAMPLE = """\
# Letters of a monitoring system that are about one trouble share one ticket while it is open.
# * stands for anything. {key} is what tells one trouble from another, {state} how it stands.
from = ["*@monitor.example.com"]
subject = ["[{state}] {key}"]

# States that say the trouble is over: the ticket is tagged `recovered`, and solved with solve = true.
recovered = ["OK", "UP", "RECOVERY", "RESOLVED"]
solve = false

# A letter that comes later than this after the one before makes a new ticket.
within = "7d"
"""


class Alerts(Struct, frozen=True):
    """What one doc groups."""

    name: str
    senders: tuple[Pattern, ...]
    subjects: tuple[Pattern, ...]
    recovered: frozenset[str] = frozenset()
    """States that end the trouble, case folded."""
    within: int = 7 * 86_400
    """Seconds."""
    solve: bool = False


class Alarm(Struct, frozen=True):
    """A letter that is about a trouble."""

    doc: str
    key: str
    """Equal for all letters of one trouble; names the doc, so that two docs never mix."""
    about: str
    """The part of the subject that is the key, as written."""
    over: bool = False
    """The trouble has ended."""
    within: int = 7 * 86_400
    solve: bool = False


def alarm(docs: Mapping[str, Alerts], *, sender: str, subject: str) -> Alarm | None:
    """The first doc that knows a letter with this sender and subject, and its key there."""
    for doc in docs.values():
        if not any(pattern.match(sender) is not None for pattern in doc.senders):
            continue
        for pattern in doc.subjects:
            parts = pattern.match(" ".join(subject.split()))
            if parts is not None and (found := _alarm(doc, parts, subject)) is not None:
                return found
    return None


def _alarm(doc: Alerts, parts: Mapping[str, str], subject: str) -> Alarm | None:
    about = parts.get("key", "")
    words = "-".join(re.findall(r"\w+", about.casefold()))[:LONGEST_KEY]
    if not words:
        return None
    said = parts["state"].casefold() if "state" in parts else ""
    words_said = {said} if "state" in parts else set(re.findall(r"\w+", subject.casefold()))
    over = not doc.recovered.isdisjoint(words_said)
    return Alarm(doc.name, f"{doc.name.casefold()}:{words}", about, over, doc.within, doc.solve)


def read_alerts(text: str, *, name: str = "") -> Alerts:
    """The doc as values. Raises DocError, pointing at the mistake."""
    doc = Doc(text)
    doc.known(doc.table, KEYS)
    subjects = _patterns(doc, "subject")
    for pattern in subjects:
        if "key" not in pattern.names or pattern.names - {"key", "state"}:
            message = "each subject needs {key}, may have {state}, and no other name."
            raise doc.wrong(message, "subject")
    within = read_duration(doc.text_at(doc.table.get("within", "7d"), "within"))
    if within is None:
        raise doc.wrong("within has to be a time such as 30m, 12h or 7d.", "within")
    solve = doc.table.get("solve", False)
    if not isinstance(solve, bool):
        raise doc.wrong("solve is true or false.", "solve")
    recovered = frozenset(word.casefold() for word in texts(doc, "recovered"))
    return Alerts(name, _patterns(doc, "from"), subjects, recovered, within * 60, solve)


def texts(doc: Doc, key: str) -> tuple[str, ...]:
    """A list of texts, or one text; empty when it is not there. Raises DocError."""
    value = doc.table.get(key, [])
    some = cast("list[object]", value) if isinstance(value, list) else [value]
    for one in some:
        if not isinstance(one, str) or not one.strip():
            raise doc.wrong(f'{key} has to be a list of texts, such as ["one", "two"].', key)
    return tuple(str(one) for one in some)


def _patterns(doc: Doc, key: str) -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for text in texts(doc, key):
        try:
            found.append(read_pattern(text))
        except ValueError as error:
            raise doc.wrong(f"{text!r}: {error}.", key) from None
    if not found:
        raise doc.wrong(f"{key} is missing; without it no letter would be known.", key)
    return tuple(found)
