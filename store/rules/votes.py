"""Votes by letter: a token that is one person's answer to one survey about one ticket, and nothing else.

Pure. Makes the addresses a survey offers and reads what a letter says; knows no letters, nor who may vote.
A program that fetches every link of a letter fetches nothing here: only a letter votes.
"""

from __future__ import annotations

import hmac
import re
import string
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from store.rules import marks


class Survey(StrEnum):
    """What is asked."""

    CSAT = "csat"
    """How satisfied somebody is with the answer: 1 to 5."""
    NPS = "nps"
    """How likely somebody is to recommend us: 0 to 10 (Reichheld, Harvard Business Review 12/2003)."""


SCORES = {Survey.CSAT: range(1, 6), Survey.NPS: range(11)}

_TOKEN = re.compile(
    rf"(?<![a-z0-9])(csat|nps)\.(\d{{1,2}})\.(t{marks.ROW})\.({marks.TAG})(?![a-z0-9])", re.IGNORECASE
)
_PLAIN = frozenset(string.ascii_letters + string.digits + "-._~@")


class Vote(Struct, frozen=True):
    """What a text that looks like a vote says; nothing is proved before `holds` says so."""

    survey: Survey
    score: int
    ticket: str
    tag: str

    def holds(self, secret: bytes, person: str) -> bool:
        """Whether it was made for this person. Compared in constant time."""
        right = tag(secret, self.survey, self.score, ticket=self.ticket, person=person)
        return bool(person.strip()) and hmac.compare_digest(right.encode(), self.tag.encode())

    @property
    def words(self) -> str:
        return f"{self.score} of {SCORES[self.survey][-1]}"


def tag(secret: bytes, survey: Survey, score: int, *, ticket: str, person: str) -> str:
    """The seal of one answer. Who knows the tags of all scores for one ticket can make none for another."""
    return marks.seal(secret, "deskterm vote 1", survey, str(score), ticket, person.strip().lower())


def token(secret: bytes, survey: Survey, score: int, *, ticket: str, person: str) -> str:
    """One answer as a word: `csat.5.TICKET.TAG`."""
    sealed = tag(secret, survey, score, ticket=ticket, person=person)
    return f"{survey}.{score}.{ticket}.{sealed}"


def link(secret: bytes, survey: Survey, score: int, *, ticket: str, person: str, own: str, plus: bool) -> str:
    """The address (RFC 6068) that begins a letter with this answer.

    Where mail to `own` with a plus arrives (RFC 5233), the token stands in the address, else in the subject.
    """
    word = token(secret, survey, score, ticket=ticket, person=person)
    local, _, domain = own.rpartition("@")
    marked = f"{local}+{word}"
    if plus and len(marked.encode()) <= marks.LONGEST_LOCAL:
        return f"mailto:{_escaped(f'{marked}@{domain}')}?subject={_escaped(f'My answer: {score}')}"
    return f"mailto:{_escaped(own)}?subject={_escaped(f'My answer: {score} ({word})')}"


def _escaped(text: str) -> str:
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in text.encode())


def read(subject: str, addresses: Iterable[str]) -> Vote | None:
    """The vote a letter with this subject, to these addresses, would be; None when it is none."""
    for text in (*addresses, subject):
        found = _TOKEN.search(text)
        if found is not None:
            survey, score = Survey(found[1].lower()), int(found[2])
            if score in SCORES[survey] and str(score) == found[2]:
                return Vote(survey, score, found[3].lower(), found[4].lower())
    return None
