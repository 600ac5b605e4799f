"""Whether a line, or a few joined ones, introduces a quote: `On 3 May, Anna wrote:` in many languages.

Looks at single lines; `quotes` knows where they stand in the letter.
"""

from __future__ import annotations

import re
from typing import Final

from channels.mime import quote_words as words

BLANK: Final = " \t\xa0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
STRIP: Final = BLANK + "*_"


def any_of(values: tuple[str, ...]) -> str:
    """A pattern for any of these words, longest first."""
    return "|".join(re.escape(v) for v in sorted(values, key=len, reverse=True))


_VERBS: Final = rf"(?:(?<!\w)(?:{any_of(words.WROTE)})(?!\w)|{any_of(words.WROTE_UNSPACED)})"
_VERB: Final = re.compile(_VERBS, re.IGNORECASE)
_NAMED: Final = re.compile(
    rf"[\"'“„«]?[^\W\d][^:<>]{{0,60}}?{_VERBS}[^:<>]{{0,12}}(?:\d|[:：]\Z)", re.IGNORECASE
)
_QUOTING: Final = re.compile(rf"(?:{any_of(words.QUOTING)})\s", re.IGNORECASE)
ABOVE: Final = re.compile(rf"(?:{any_of(words.REPLY_ABOVE)})", re.IGNORECASE)
_OWN_VERB: Final = re.compile(rf"\b(?:{any_of(words.FIRST_PERSON)})\b", re.IGNORECASE)
ADDRESS: Final = re.compile(r"<\s*[^<>\s@]{1,100}@[^<>\s]{1,200}")
_BARE_ADDRESS: Final = re.compile(r"[^<>\s@]{1,100}@[^<>\s@]{1,100}\.\w")
_ENDS_WITH_ADDRESS: Final = re.compile(r"[^<>\s@]{1,100}@[^<>\s@]{1,200}>+\s*[:：]\Z")
_WHEN: Final = re.compile(r"\d{1,2}[:.h]\d\d|(?:19|20)\d\d|\d{1,2}/\d{1,2}")
DAY: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}")
TIME: Final = re.compile(r"(?<!\d)\d{1,2}(?:[:.h]|[時点시]\s?)\d\d")
_ME: Final = re.compile(r"(?:\A|\s)I\s")
_DATE_FIRST: Final = re.compile(r"(?:[^\W\d]{1,14}[.,]{0,2}\s+|[^\W\d]{1,3}){0,4}\d")
_DASHED_HEAD: Final = re.compile(r"-{2,}\s?.{5,300}\s-{2,}\Z")


def begins_with_date(joined: str) -> bool:
    """`On 3 May 2021 at 10:05, Anna <a@b> wrote:` and its kin: a date first, a verb or an address last."""
    date = _DATE_FIRST.match(joined.lstrip("-" + STRIP))
    if date is None:
        return False
    if joined[-3:].rstrip(" :：").endswith(">") and _ENDS_WITH_ADDRESS.search(joined):
        return True
    if not (joined.endswith((":", "：")) or _DASHED_HEAD.match(joined)):
        return False
    if not (_WHEN.search(joined) or ADDRESS.search(joined)) or not _VERB.search(joined, date.end()):
        return False
    return _OWN_VERB.search(joined) is None


def says_who(joined: str) -> bool:
    """`Anna <a@b> schrieb am 3. Mai:`: an address, then the verb."""
    address = ADDRESS.search(joined) if joined.endswith((":", "：")) else None
    if address is None:
        return False
    return _VERB.search(joined, address.end()) is not None and not _OWN_VERB.search(joined)


def stamped(joined: str) -> bool:
    """Somebody, a day and a time before a colon: the head of a quote in whatever language."""
    if not joined.endswith((":", "：")) or DAY.search(joined) is None or TIME.search(joined) is None:
        return False
    if _OWN_VERB.search(joined) or _ME.search(joined):
        return False
    return ADDRESS.search(joined) is not None or _NAMED.match(joined) is not None


def names_somebody(line: str) -> bool:
    """`Anna Berg wrote:`, `Quoting Anna:`, or any words with a date or an address before a colon.

    Only good enough right above a marked quote.
    """
    line = line.lstrip(STRIP)
    if len(line) > 200 or _OWN_VERB.search(line) or _ME.search(line):
        return False
    if _NAMED.match(line) is not None or _QUOTING.match(line) is not None:
        return True
    return DAY.search(line) is not None or _BARE_ADDRESS.search(line) is not None
