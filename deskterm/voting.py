"""Answers to our surveys: whether a letter is one, whose it is, and what it changes.

Reads only. A letter with a token that was made for nobody we asked is no vote but a letter like any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from channels.letter import Letter
from deskterm.identity import Writer
from deskterm.replies import address_of
from store.log.entry import Change
from store.reads import conversation, many, people, surveys
from store.rules import votes
from store.rules.votes import Survey, Vote


class Ballot(Struct, frozen=True):
    """A letter that votes."""

    vote: Vote
    ticket: str
    """Where what it is about rests now, merges followed."""
    verified: bool
    """It comes from whom we asked, and nobody doubts that."""
    comment: bool
    """It says something besides."""
    newest: int = 0
    """The date of the newest vote of its customer here; an older one replaces nothing."""

    @property
    def subject(self) -> str:
        """What stands over it, without the token: an answer to it must not be a vote again."""
        return f"{self.vote.survey.upper()} {self.vote.words}"

    @property
    def why(self) -> str:
        if self.verified:
            return "the customer answers our survey"
        return "it answers our survey, and its sender is not whom we asked, so it counts apart"

    def changes(self, when: int, *, silent: bool = False) -> list[Change]:
        """What it changes in its ticket: the score, and that somebody has to read a comment. Wakes nobody."""
        found: list[Change] = []
        if self.verified and when >= self.newest:
            csat = self.vote.survey is Survey.CSAT
            found.append(
                Change(self.ticket, "csat", str(self.vote.score))
                if csat
                else Change(self.ticket, surveys.NPS, self.vote.score)
            )
        if self.comment and not silent:
            found.append(Change(self.ticket, "unread", 1))
        return found


def vote_in(letter: Letter) -> Vote | None:
    """What a letter would vote, by its words alone.

    One that answers another letter, or that no person wrote, never votes: our token can stand in what it
    repeats.
    """
    if letter.in_reply_to or letter.references or letter.automatic or letter.bounce or letter.delivered:
        return None
    return votes.read(letter.subject, (person.addr for person in (*letter.to, *letter.cc)))


def ballot(
    conn: sqlite3.Connection, letter: Letter, wrote: Writer, vote: Vote, *, secret: bytes
) -> Ballot | None:
    """The vote a letter is; None where its token proves none."""
    if wrote.sent:
        return None
    home = people.resting(conn, "ticket", vote.ticket)
    if not many.tickets(conn, [home]):
        return None
    asked = set(_asked(surveys.asked_whom(conn, vote, home=home)))
    whose = {person for person in (*asked, wrote.address) if vote.holds(secret, person)}
    if not whose:
        return None
    return Ballot(
        vote, home, verified=not wrote.doubtful and _same(conn, wrote.address, whose),
        comment=bool(letter.own_text().strip()) or any(not part.inline for part in letter.parts),
        newest=surveys.newest(conn, vote, home=home),
    )  # fmt: skip


def _asked(columns: Iterable[str]) -> Iterable[str]:
    return (address_of(person) for column in columns for person in conversation.recipients(column)[0])


def _same(conn: sqlite3.Connection, address: str, whose: set[str]) -> bool:
    """Whether somebody is one of these people, by address or as the same customer."""
    if address in whose:
        return True
    customer = people.by_email(conn, address)
    found = (people.by_email(conn, person) for person in whose)
    return customer is not None and any(one is not None and one.id == customer.id for one in found)
