"""A plan on its way into one transaction: its fields, the letters and notes it writes, their ids.

Knows the desk and the store; how a plan is made, and whether it may be done, is not its business.
"""

from __future__ import annotations

from deskterm import auto_letters, doings, live, pacing, replies
from deskterm.desk import Desk
from deskterm.plan_values import Auto, Letter, Plan, Step
from store import outbox
from store.errors import Refused
from store.log import ids, stamp
from store.log.entry import Change
from store.log.tx import Beside, Tx
from store.model import Ticket
from store.reads import causes, many

_AT_ONCE = 4096
"""Ids of one kind that one stamp can make."""


class Writing:
    """A plan on its way into one transaction."""

    def __init__(self, desk: Desk, tx: Tx, plan: Plan) -> None:
        self.desk, self.stamp, self.plan, self.conn = desk, tx.stamp(), plan, tx.conn
        self.changes: list[Change] = []
        self.beside: list[Beside] = []
        self.made = {"m": 0, "x": 0}
        self.base = desk.store.last_lseq()
        letters = [step for step in plan.steps if step.letter]
        self.of = len(letters)
        words = [step.id for step in plan.steps if _writes(step)]
        self.brakes = auto_letters.Brakes.of(desk, tx.conn) if plan.rule else None
        self.tickets = {ticket.id: ticket for ticket in many.tickets(tx.conn, words)}
        answered = [step.letter.answers for step in letters if step.letter]
        self.answered = many.messages_named(tx.conn, filter(None, answered))
        self.open = {live.ON: True, live.OFF: False}.get(live.state(desk))
        """Whether letters may leave; None where it depends on the address."""

    def do(self, step: Step) -> None:
        self.changes += [Change(step.id, field.name, field.after) for field in step.changes]
        if step.letter is not None:
            self._letter(self.tickets[step.id], step.letter)
        if step.note is not None:
            self._note(self.tickets[step.id], step.note, by=self.desk.agent)
        for text in step.notes:
            self._note(self.tickets[step.id], text, by=causes.actor(self.plan.rule))
        for n, letter in enumerate(step.auto):
            self._auto(step, letter, n)
        self.changes += [self._hold(step, row) for row in step.holds]

    def _id(self, prefix: str) -> str:
        """Ids of a bulk act: above what one stamp holds, those of the next, which its entries use up too."""
        ticks, n = divmod(self.made[prefix], _AT_ONCE)
        self.made[prefix] += 1
        return ids.from_stamp(prefix, self.stamp + (ticks << stamp.SLOT_BITS), n)

    def _leaves(self) -> int:
        """When the letter whose ids were just made may leave."""
        own = self.desk.settings
        return pacing.leaves_at(
            self.made["x"] - 1,
            of=self.of,
            now=self.desk.now,
            after=own.undo_seconds,
            per_minute=own.letters_per_minute,
        )

    def _letter(self, ticket: Ticket, letter: Letter) -> None:
        desk = self.desk
        to = (*letter.to, *letter.cc)
        free = self.open if self.open is not None else live.may_leave(desk, to)
        box = desk.settings.mailbox.get(letter.mailbox)
        written = replies.reply(
            ticket,
            replies.Reply(letter.text, letter.to, letter.cc, letter.subject, base=self.base),
            replies.From(
                desk.agent, letter.sender, letter.mailbox, letter.domain, desk.store.secret,
                box.address if box is not None and box.plus else "",
            ),
            ids=(self._id("m"), self._id("x")), now=desk.now,
            not_before=self._leaves(), then=None,
            last=self.answered.get(letter.answers), held=not free,
        )  # fmt: skip
        # What becomes of the ticket stands in the plan itself.
        self.changes += [change for change in written.changes if not change.field]
        # A draft of this ticket is somebody's own words and stays.
        self.beside.append(written.blob)

    def _note(self, ticket: Ticket, text: str, *, by: str) -> None:
        written = replies.note(ticket, replies.Note(text), agent=by, message=self._id("m"), now=self.desk.now)
        self.changes += written.changes
        self.beside.append(written.blob)

    def _auto(self, step: Step, letter: Auto, n: int) -> None:
        """A letter of a rule. Raises Refused when a brake stops what the plan says would leave."""
        by = doings.By(self.plan.rule, self.plan.doc, f"run:{self.stamp}:{step.id}", 0)
        said = doings.Letter(letter.to, letter.subject, letter.text, letter.colleague)
        made = doings.auto_letter(self.desk, self.conn, said, n, self.tickets[step.id], by)
        if made is None or self.brakes is None:
            raise Refused(f"{step.name}: there is no mailbox to write from. Nothing was changed.")
        if why := self.brakes.why_not(made):
            raise Refused(f"{step.name}: no letter to {letter.to} may leave now: {why}. Nothing was changed.")
        changes, blob = auto_letters.written(self.desk, made, conn=self.conn)
        self.changes += changes
        self.beside.append(blob)

    def _hold(self, step: Step, row: str) -> Change:
        waits = outbox.row(self.conn, row)
        if waits is None or waits.ticket != step.id or waits.state != outbox.QUEUED:
            raise Refused(
                f"{step.name}: a letter that was to be held does not wait any more. Nothing was changed."
            )
        return Change(row, "state", outbox.HELD)


def _writes(step: Step) -> bool:
    return bool(step.letter or step.auto or step.notes or step.note is not None)
