"""Whether a line is the signature of a telephone or mail program, `Sent from my iPhone`, in many languages.

Looks at one line and knows nothing of the letter around it. A sentence that merely begins so is none.
"""

from __future__ import annotations

import re
from typing import Final

from channels.mime import signature_words as words
from channels.mime.quote_heads import BLANK, any_of

_LONGEST: Final = 200
"""Characters above which a line is no such signature."""
_WORDS: Final = 12
_UNNAMED: Final = 5
"""Words a line may have that names no device: `Sent from TypeApp`."""
_OWNED: Final = 8
"""The same for something of the sender's: `Sent from my Wiko Ridge Fab 4G`."""


_FROM: Final = re.compile(rf"(?:{any_of(words.SENT_FROM)})(?!\w)", re.IGNORECASE)
_WITH: Final = re.compile(
    rf"(?:(?:{any_of(words.SENT_WITH)})(?!\w)|{any_of(words.SENT_UNSPACED)})", re.IGNORECASE
)
_ENDS: Final = re.compile(rf"(?:{any_of(words.SENT_ENDS)})\Z", re.IGNORECASE)
_GET: Final = re.compile(
    rf"(?:{any_of(words.GET)})(?!\w)|.{{0,80}}(?:\s|\b)(?:{any_of(words.GET)})\Z", re.IGNORECASE
)
_ADVERTISED: Final = re.compile(rf"(?:{any_of(words.ADVERTISED)})", re.IGNORECASE)
_SYSTEM: Final = re.compile(rf"(?:{any_of(words.SYSTEMS)})", re.IGNORECASE)
_DEVICE: Final = re.compile(rf"(?:{any_of(words.DEVICES)})|\b(?:app|mac|pc)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"<[^<>]{0,500}>|\([^()]{0,500}\)|https?://\S{1,500}")
_EXCUSE: Final = re.compile(
    r"\s*[-,.;>–]?\s*(?:please\s|so\s|kindly\s)?(?:excuse|forgive|pardon|ignore|sorry for"
    r"|get the (?:new )?app|learn more|bitte entschuldigen"
    r"|veuillez excuser|disculpe|desculpe|scusa|mi scuso)\b.*",
    re.IGNORECASE,
)
_EXCUSES: Final = (
    "excuse", "forgive", "pardon", "ignore", "sorry for", "get the", "learn more", "entschuldigen",
    "veuillez excuser", "disculpe", "desculpe", "scusa", "mi scuso",
)  # fmt: skip
"""What `_EXCUSE` cannot be without."""
_MY: Final = re.compile(rf"\s*(?:{any_of(words.MY)})\s", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[;?]|[.!](?:\s|\Z)")
_STRIP: Final = BLANK + "*_.<>()[]|~-–—"

_STARTS: Final = frozenset(
    v[:2] for v in (*words.SENT_FROM, *words.SENT_WITH, *words.SENT_UNSPACED, *words.GET)
)
_OPENINGS: Final = tuple(v.lower() for v in (*words.SENT_WITH, *words.SENT_UNSPACED, *words.GET))
_CLOSINGS: Final = tuple(v.lower() for v in (*words.SENT_ENDS, *words.GET))
_LAST: Final = frozenset(v[-2:] for v in (*words.SENT_ENDS, *words.GET))


def may_be_telephone(line: str) -> bool:
    """The cheap question: does it begin or end like one?"""
    if not line or len(line) > _LONGEST:
        return False
    if line.lstrip(_STRIP)[:2].lower() in _STARTS:
        return True
    return (_LINK.sub("", line) if line[-1] in ">)" else line).rstrip(_STRIP)[-2:].lower() in _LAST


def telephone(line: str) -> bool:
    """Whether the line is the signature of a device or program."""
    if not may_be_telephone(line):
        return False
    said = _bare(line)
    if len(said.split()) > _WORDS or _SENTENCE.search(said):
        return False
    sent = _FROM.match(said)
    # Devices have many names: they are looked for last.
    if sent is None and not _begins_or_ends(said.lower()):
        return False
    device = _DEVICE.search(said)
    if sent is not None:
        most = _OWNED if _MY.match(said, sent.end()) or sent[0].lower().endswith(("my", "em")) else _UNNAMED
        return _ends_soon(said) if device else "," not in said and len(said.split()) <= most
    if device is None:
        return False
    if _WITH.match(said) or _ENDS.search(said):
        return _ends_soon(said)
    return _advertises(said)


def _begins_or_ends(low: str) -> bool:
    return low.startswith(_OPENINGS) or low.endswith(_CLOSINGS)


def _bare(line: str) -> str:
    """The line without ornaments, links and the excuse behind it. Most lines have none to be looked for."""
    said = line.strip(_STRIP)
    low = said.lower()
    if any(word in low for word in _EXCUSES):
        said = _EXCUSE.sub("", said)
    if "<" in said or "(" in said or "://" in said:
        said = _LINK.sub("", said)
    return said.strip(_STRIP)


def _ends_soon(said: str) -> bool:
    """Whether what follows the last device named is short, as it is not in a sentence about one."""
    last = [m.end() for m in _DEVICE.finditer(said)][-1]
    _, comma, more = said.partition(",")
    return len(said[last:].split()) <= 3 and not (comma and len(more.split()) > 4)


def _advertises(said: str) -> bool:
    return bool(
        _GET.match(said) and _ADVERTISED.search(said) and _SYSTEM.search(said) and len(said.split()) <= 8
    )
