"""A hundred letters that ask for the acts of a morning, and the keys a practised hand presses for each.

Plays on a stage and counts; a test looks at what became of the tickets, a benchmark prints the counts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from deskterm.desk import Desk
from store import blobs
from store.log.entry import Change, put
from store.log.tx import Beside, Tx
from store.model import Status, Ticket
from tests.rigs.stage import Stage

MACRO = 'Hello {{ ticket.customer.first_name | default: "there" }}, which version is it?'
HEAD = '+++\nname = "Ask for the version"\nkey = "V"\nstatus = "waiting"\ntags = ["version"]\n+++\n'


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: how many of a hundred, what is pressed, what has become of it then."""

    subject: str
    count: int
    keys: tuple[str, ...]
    """As the stage takes them: `=words` types words."""
    done: Callable[[Ticket], bool]


KINDS = (
    Kind("Thanks, all works", 24, ("e",), lambda t: t.status is Status.SOLVED),
    Kind("We answered by phone", 14, ("w",), lambda t: t.status is Status.WAITING),
    Kind("You have won", 8, ("!",), lambda t: t.status is Status.SPAM),
    Kind("Ask me after the fair", 8, ("h", "o"), lambda t: t.snooze_until is not None),
    Kind(
        "It does not start", 16, ("m", "V"), lambda t: t.status is Status.WAITING and t.tags == ("version",)
    ),
    Kind("For the people of billing", 8, ("a", "=Ben", "enter"), lambda t: t.assignee == "Ben"),
    Kind("A wrong sum", 8, ("t", "=sums", "enter"), lambda t: t.tags == ("sums",)),
    Kind("Everything stands still", 6, ("p", "1", "i"), lambda t: t.priority == 1 and bool(t.assignee)),
    Kind(
        "One short question",
        8,
        ("r", "=Yes, since May. Best, Marek", "escape", "y"),
        lambda t: t.status is Status.SOLVED,
    ),
)
BY_SUBJECT = {kind.subject: kind for kind in KINDS}


@dataclass
class Score:
    """What a triage took."""

    tickets: Counter[str] = field(default_factory=Counter[str])
    """How many of each kind, by subject."""
    keys: Counter[str] = field(default_factory=Counter[str])
    """Keys that act or move, by kind of letter."""
    letters: int = 0
    """Letters of words typed."""

    @property
    def each(self) -> float:
        """Keys a ticket."""
        return sum(self.keys.values()) / max(sum(self.tickets.values()), 1)

    def lines(self) -> list[str]:
        """The table, the sum first."""
        count = sum(self.tickets.values())
        head = f"{count} tickets triaged by {sum(self.keys.values())} keys, {self.each:.2f} a ticket"
        rows = [
            f"  {subject:<26} {n:3} tickets {self.keys[subject] / n:5.2f} keys each"
            for subject, n in self.tickets.most_common()
        ]
        rows.append(f"  {'on the way':<26} {self.keys['on the way']:15} keys")
        return [f"{head}, and {self.letters} letters of text", *rows]


def arrive(desk: Desk, *, share: int = 1) -> list[str]:
    """A hundred tickets of all kinds, mixed, or about one in `share` of them; their ids."""
    kinds = [kind for kind in KINDS for _ in range(0, kind.count, share)]
    random.Random(11).shuffle(kinds)
    found: list[str] = []

    def make(tx: Tx) -> tuple[str, list[Change], list[Beside]]:
        rows: list[Change] = []
        for n, kind in enumerate(kinds):
            who, ticket = tx.new_id("c", n), tx.new_id("t", n)
            sender = f"Dana {n} <dana{n}@customers.example>"
            rows.append(put(who, {"name": f"Dana {n}", "email": f"dana{n}@customers.example"}))
            row = {"subject": kind.subject, "status": "new", "priority": 3, "customer": who}
            rows.append(put(ticket, {**row, "created": desk.now - 3600 + n}))
            words = {"ticket": ticket, "kind": "in", "sender": sender, "body": text.hash}
            rows.append(put(tx.new_id("m", n), {**words, "date": desk.now - 3600 + n}))
            found.append(ticket)
        return "mail", rows, [text]

    text = blobs.words("See the subject.")
    desk.save_doc("macro", "Ask for the version", HEAD + MACRO)
    desk.commit(make, words="a hundred letters")
    return found


async def triage(stage: Stage, tickets: list[str]) -> Score:
    """Go through what is nobody's until each of these was dealt with."""
    score, left = Score(), set(tickets)
    await stage.press("g", "u")
    while left:
        line = stage.line
        if line.id not in left:
            await stage.act("j")
            score.keys["on the way"] += 1
            assert stage.line.id != line.id, f"the end of the list, and {len(left)} are left\n{stage.text}"
            continue
        kind = BY_SUBJECT[line.subject]
        await stage.act(*kind.keys)
        left.discard(line.id)
        score.tickets[kind.subject] += 1
        score.keys[kind.subject] += sum(len(key) == 1 or not key.startswith("=") for key in kind.keys)
        score.letters += sum(len(key) - 1 for key in kind.keys if len(key) > 1 and key.startswith("="))
    return score
