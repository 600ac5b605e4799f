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
_FROM: Final = re.compile(rf"(?:{any_of(words.SENT_FROM)})(?!\w)")
_DEVICE: Final = re.compile(rf"(?:{any_of(words.DEVICES)})|\b(?:app|mac|pc)\b")
_LINK: Final = re.compile(r"<[^<>]{0,500}>|\([^()]{0,500}\)|https?://\S{1,500}")
_EXCUSE: Final = re.compile(
    r"\s*[-,.;>–]?\s*(?:please\s|so\s|kindly\s)?(?:excuse|forgive|pardon|ignore|sorry for"
    r"|get the (?:new )?app|learn more|bitte entschuldigen"
    r"|veuillez excuser|disculpe|desculpe|scusa|mi scuso)\b.*"
)
_EXCUSES: Final = (
    "excuse", "forgive", "pardon", "ignore", "sorry for", "get the", "learn more", "entschuldigen",
    "veuillez excuser", "disculpe", "desculpe", "scusa", "mi scuso",
)  # fmt: skip
"""What `_EXCUSE` cannot be without: most lines have none, and need no pattern."""
_MY: Final = re.compile(rf"\s*(?:{any_of(words.MY)})\s")
_SENTENCE: Final = re.compile(r"[;?]|[.!](?:\s|\Z)")
_STRIP: Final = BLANK + "*_.<>()[]|~-–—"
_STARTS: Final = (*words.SENT_FROM, *words.SENT_WITH, *words.SENT_UNSPACED)
_FIRST: Final = frozenset(v[:2] for v in (*_STARTS, *words.GET))
_LAST: Final = frozenset(v[-2:] for v in (*words.SENT_ENDS, *words.GET_ENDS))


def telephone(line: str) -> bool:
    """Whether the line is the signature of a device or program."""
    if not line or len(line) > _LONGEST:
        return False
    said = line.strip(_STRIP)
    if said[:2].lower() not in _FIRST:
        if said[-1:] in ">)" or "<" in said:
            said = _LINK.sub("", said).rstrip(_STRIP)
        if said[-2:].lower() not in _LAST:
            return False
    low = line.strip(_STRIP).lower()
    if "<" in low or "(" in low or "http" in low or any(word in low for word in _EXCUSES):
        low = _LINK.sub("", _EXCUSE.sub("", low)).strip(_STRIP)
    starts, ends = low.startswith(_STARTS), low.endswith(words.SENT_ENDS)
    if not (starts or ends or _advertises(low)) or len(low.split()) > _WORDS or _SENTENCE.search(low):
        return False
    return _signs(low, ends=ends) if starts or ends else True


def _signs(low: str, *, ends: bool) -> bool:
    """`sent from`, then a device or something short."""
    device = _DEVICE.search(low)
    if (sent := _FROM.match(low)) is not None:
        most = _OWNED if _MY.match(low, sent.end()) or sent[0].endswith(("my", "em")) else _UNNAMED
        return _ends_soon(low) if device else "," not in low and len(low.split()) <= most
    if device is None:
        return False
    bounded = ends or low.startswith(words.SENT_UNSPACED) or _bounded(low)
    return bounded and _ends_soon(low)


def _bounded(low: str) -> bool:
    """Whether the words it begins with are whole words."""
    return any(low.startswith(v) and not low[len(v) : len(v) + 1].isalnum() for v in words.SENT_WITH)


def _ends_soon(low: str) -> bool:
    """Whether what follows the last device named is short, as it is not in a sentence about one."""
    last = [m.end() for m in _DEVICE.finditer(low)][-1]
    _, comma, more = low.partition(",")
    return len(low[last:].split()) <= 3 and not (comma and len(more.split()) > 4)


def _advertises(low: str) -> bool:
    """`Get Outlook for iOS`: a verb at one end, a program and a system."""
    if not any(program in low for program in words.ADVERTISED):
        return False
    if not any(system in low for system in words.SYSTEMS) or len(low.split()) > 8:
        return False
    whole = low.split()
    return low.endswith(words.GET_ENDS) or any(" ".join(whole[:n]) in _GET for n in (1, 2, 3))


_GET: Final = frozenset((*words.GET, *words.GET_ENDS))
