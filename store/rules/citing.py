"""Citing: which letters a letter names, and which letters hang together by that alone.

Pure. Knows ids as text without brackets; does not know tickets, people, or how a header is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

LONGEST_ID = 998
"""A header line cannot be longer (RFC 5322, 2.1.1), so a longer id is not one."""

MOST_CITED = 100
"""Ids looked at in one letter: the root and the nearest ones. Longer lists are an attack or a loop."""

_LEADING_IDS = re.compile(r"[\s,]*<([^<>]*)>")


class Ids(Struct, frozen=True):
    """What a letter says about its place among letters."""

    own: str
    """Its Message-ID without brackets; empty when it has none."""
    cited: tuple[str, ...] = ()
    """Ids it names, root first, nearest last."""

    @property
    def root(self) -> str:
        """Id the ticket's own id is derived from; empty when the letter names none and has none."""
        return self.cited[0] if self.cited else self.own


def cited(references: Iterable[str], in_reply_to: Iterable[str], *, field_text: str = "") -> tuple[str, ...]:
    """Ids a letter names, without brackets: References first, then In-Reply-To, each once.

    `field_text` is the In-Reply-To field as written. Old mail programs put a sentence there that holds
    the address of a person ("Your message of Monday <ana@x>"); beside References only the ids before
    the first such word count (RFC 2822, 3.6.4).
    """
    older = _usable(references)
    nearer = _usable(in_reply_to)
    if older and field_text:
        plain = {_tight(msgid) for msgid in _before_prose(field_text)}
        nearer = tuple(msgid for msgid in nearer if _tight(msgid) in plain)
    names = tuple(dict.fromkeys(older + nearer))
    return names if len(names) <= MOST_CITED else names[:1] + names[1 - MOST_CITED :]


def ids_of(
    message_id: str, references: Iterable[str], in_reply_to: Iterable[str], *, field_text: str = ""
) -> Ids:
    """The ids of one letter; a letter that cites itself is not its own parent."""
    own = next(iter(_usable([message_id])), "")
    names = cited(references, in_reply_to, field_text=field_text)
    return Ids(own, tuple(msgid for msgid in names if msgid != own))


def _usable(ids: Iterable[str]) -> tuple[str, ...]:
    stripped = (msgid.strip().strip("<>").strip() for msgid in ids)
    return tuple(msgid for msgid in stripped if msgid.strip("@ ") and len(msgid) <= LONGEST_ID)


def _before_prose(text: str) -> tuple[str, ...]:
    found: list[str] = []
    at = 0
    while match := _LEADING_IDS.match(text, at):
        found.append(match[1].strip())
        at = match.end()
    bare = text.strip()
    if not found and bare and not any(letter.isspace() for letter in bare):
        found.append(bare)
    return tuple(found)


def _tight(msgid: str) -> str:
    return "".join(msgid.split())


def groups(letters: Sequence[Ids]) -> tuple[tuple[int, ...], ...]:
    """Positions of the letters that hang together through ids alone, whatever order they came in.

    Every group ascending, groups by their first letter. Union-find with path halving: near linear.
    """
    forest = _Forest(len(letters))
    home: dict[str, int] = {}
    for place, letter in enumerate(letters):
        for msgid in (letter.own, *letter.cited):
            if msgid:
                forest.join(home.setdefault(msgid, place), place)
    together: dict[int, list[int]] = {}
    for place in range(len(letters)):
        together.setdefault(forest.root(place), []).append(place)
    return tuple(sorted(tuple(group) for group in together.values()))


class _Forest(Struct):
    size: int
    parent: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.parent.extend(range(self.size))

    def root(self, place: int) -> int:
        while self.parent[place] != place:
            self.parent[place] = self.parent[self.parent[place]]
            place = self.parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self.parent[high] = low
