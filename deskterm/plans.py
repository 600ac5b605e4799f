"""Plans: what a change of one ticket or ten thousand would do, before it is done, and doing exactly that.

A plan is a value that can be shown, kept in a file and applied later, if its base has not moved. The screen
and the shell make and apply their bulk acts here; knows neither of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from deskterm import acts, chains, days, recipients, replies, writing
from deskterm.desk import Desk, Done
from deskterm.moments import local
from deskterm.plan_values import SCHEMA, Field, Letter, Plan, Step, held
from deskterm.plan_writing import Writing
from store.errors import Refused
from store.log.entry import Change, Value
from store.log.tx import Beside, Tx
from store.model import Account, Customer, Message, Ticket
from store.reads import many, queues
from store.registry import BY_NAME, known
from store.rules import macros
from store.rules.macros import Macro

__all__ = [
    "Field",
    "Letter",
    "Plan",
    "Step",
    "apply",
    "check",
    "from_json",
    "make_macro",
    "make_set",
    "to_json",
]

T = TypeVar("T")

Tell = Callable[[str, int, int], None]
"""Hears how far a long act is: what is done, how many tickets are, of how many."""
PLANNING, DOING = "Planning", "Doing"


def silent(what: str, so_far: int, of: int) -> None:
    """Nobody listens."""


def make_set(
    desk: Desk,
    tickets: Sequence[str],
    sets: Sequence[tuple[str, Value]],
    *,
    kind: str = "set",
    said: str = "Set",
) -> Plan:
    """What setting log fields (`status`, `tag.vip`, `snooze_until`) on tickets, given by id, would change."""
    with many.snapshot(desk.conn):
        found = many.tickets(desk.conn, tickets)
        versions = many.versions(desk.conn, tickets)
    wanted = _by_ticket(acts.fields(found, sets, kind=kind, said=said).changes)
    steps = [step(ticket, versions[ticket.id], wanted.get(ticket.id, {})) for ticket in found]
    return of_steps(desk, steps, kind=kind, words=f"{said} {acts.name(found)}" if found else said)


def make_macro(
    desk: Desk, macro: Macro, tickets: Sequence[str], answers: Mapping[str, str] | None = None,
    *, tell: Tell = silent,
) -> Plan:  # fmt: skip
    """What a macro would do to tickets, given by id: fields, letters and notes.

    What keeps it from being done (a blank without an answer, a name without a value, nobody to write to)
    stands in the steps; `apply` refuses such a plan, a preview can show it.
    """
    with many.snapshot(desk.conn):
        run = _Run(desk, macro, answers or {}, tickets)
        steps = [run.step(ticket) for ticket in counted(run.tickets, tell, PLANNING)]
    return of_steps(desk, steps, kind="macro", words=f"Macro {macro.name} on {acts.name(run.tickets)}")


def apply(desk: Desk, plan: Plan, *, tell: Tell = silent) -> Done:
    """Do exactly what the plan says, in one transaction with one undo.

    Raises Refused, with nothing changed, when a planned ticket changed since, or the plan cannot be done.
    """
    check(plan)
    if plan.desk != desk.store.desk_id:
        raise Refused("The plan was made on another desk; nothing was changed.")

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        _unmoved(tx, plan)
        written = Writing(desk, tx, plan)
        for step in counted(plan.steps, tell, DOING):
            written.do(step)
        return plan.kind, written.changes, written.beside

    return desk.commit(make, words=plan.words)


def counted(things: Sequence[T], tell: Tell, what: str) -> Iterator[T]:
    """The things, telling at each how many came before it and at the end that it was all."""
    for n, thing in enumerate(things):
        tell(what, n, len(things))
        yield thing
    tell(what, len(things), len(things))


def check(plan: Plan) -> None:
    """Raises Refused when something keeps the plan from being done, naming the first ticket."""
    wrong = [step for step in plan.steps if step.problem]
    if wrong:
        more = f" ({len(wrong):,} tickets in all)" if len(wrong) > 1 else ""
        raise Refused(f"{wrong[0].name}: {wrong[0].problem}{more}. Nothing was changed.")


def to_json(plan: Plan) -> str:
    """The plan as one JSON object (schema `deskterm.plan.1`)."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1).decode()


def from_json(text: str | bytes) -> Plan:
    """A plan from its JSON. Raises Refused when it is none, or names what no ticket has."""
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError as error:
        raise Refused(f"This is no plan that can be applied ({error}); nothing was changed.") from None
    if plan.schema != SCHEMA:
        raise Refused(f"The plan has the schema {plan.schema[:40]!r}, not {SCHEMA}; nothing was changed.")
    table = BY_NAME["ticket"]
    for step in plan.steps:
        odd = next((field.name for field in step.changes if not known(table, field.name)), "")
        if odd or not step.id.startswith(table.prefix):
            what = f"sets {odd[:40]!r}, which no ticket has" if odd else f"names {step.id[:40]!r}, no ticket"
            raise Refused(f"The plan {what}; nothing was changed.")
    return plan


def of_steps(desk: Desk, steps: Iterable[Step], *, kind: str, words: str) -> Plan:
    """A plan of this desk, made now."""
    return Plan(kind=kind, words=words, desk=desk.store.desk_id, made=desk.now, steps=tuple(steps))


def step(
    ticket: Ticket, version: int, fields: Mapping[str, Value], *, joined: frozenset[str] = frozenset(),
    letter: Letter | None = None, note: str | None = None, problem: str = "",
    kept: Mapping[str, Value] | None = None,
) -> Step:  # fmt: skip
    """A step with those of `fields` that differ from what the ticket has; `kept` are its items and links."""
    pairs = ((name, held(ticket, name, joined, kept=kept), value) for name, value in fields.items())
    changes = tuple(Field(name, before, value) for name, before, value in pairs if before != value)
    return Step(ticket.id, ticket.number, ticket.subject, version, changes, letter, note, problem)


def _by_ticket(changes: Iterable[Change]) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for eid, field, value in changes:
        found.setdefault(eid, {})[field] = value
    return found


class _Run:
    """One run of a macro: everything it needs of all its tickets, read at once."""

    def __init__(self, desk: Desk, macro: Macro, answers: Mapping[str, str], tickets: Sequence[str]) -> None:
        conn = desk.conn
        macro = chains.whole(conn, macro)
        self.desk, self.macro, self.answers = desk, macro, answers
        self.zone = local()
        self.now = desk.now
        self.own = desk.settings.addresses()
        self.tickets = many.tickets(conn, tickets)
        self.versions = many.versions(conn, tickets)
        self.customers = many.customers(conn, (t.customer for t in self.tickets if t.customer))
        self.accounts = many.accounts(conn, (c.account for c in self.customers.values() if c.account))
        self.messages: dict[str, list[Message]] = many.messages(conn, tickets) if macro.reply else {}
        self.joined = many.participants(conn, tickets) if macro.reply else {}
        self.kept = many.kept(conn, tickets) if macro.checklist or macro.link else {}
        self.fits = fitting(desk, macro, tickets) if macro.only else set(tickets)

    def step(self, ticket: Ticket) -> Step:
        customer = self.customers.get(ticket.customer)
        account = self.accounts.get(customer.account) if customer else None
        result = self._result(ticket, customer, account)
        fields: dict[str, Value] = {}
        letter, problem = None, _problem(self.macro, result)
        if ticket.id not in self.fits:
            problem = not_for(self.macro)
        if result.reply is not None:
            letter, after = self._letter(ticket, customer, result.reply)
            fields.update((change.field, change.value) for change in after)
            if not letter.to:
                problem = problem or "there is nobody to write to"
        sets = acts.fields([ticket], result.sets, kind="macro", said="").changes
        fields.update((change.field, change.value) for change in sets)
        joined = self.joined.get(ticket.id, frozenset[str]())
        return step(ticket, self.versions[ticket.id], fields, joined=joined, letter=letter, note=result.note,
                    problem=problem, kept=self.kept.get(ticket.id))  # fmt: skip

    def _result(self, ticket: Ticket, customer: Customer | None, account: Account | None) -> macros.Result:
        agent = self.desk.agent
        email = next((box.address for box in self.desk.settings.mailbox.values()), "")
        values = macros.context(ticket, customer, account, agent, agent_email=email, now=self.now)
        return macros.run(self.macro, values, self.answers, zone=self.zone)

    def _letter(
        self, ticket: Ticket, customer: Customer | None, text: str
    ) -> tuple[Letter, Sequence[Change]]:
        messages = self.messages.get(ticket.id, [])
        last = replies.answered(messages)
        people = recipients.answer(last, fallback=customer.email if customer else "", own=self.own)
        sender = writing.sender_of(self.desk, ticket, messages)
        said = replies.Reply(text, people.to, people.cc, writing.subject_of(ticket))
        letter = Letter(
            to=people.to, cc=people.cc, subject=said.subject, text=text, sender=sender.sender,
            mailbox=sender.mailbox, domain=sender.domain, answers=last.id if last else "",
        )  # fmt: skip
        return letter, replies.after(ticket, said, sender, None)


def fitting(desk: Desk, macro: Macro, tickets: Sequence[str]) -> set[str]:
    """Those of the tickets that a macro is for. Raises QueryError."""
    where = queues.condition(macro.only, days.mine(desk))
    return many.holding(desk.conn, where, tickets)


def not_for(macro: Macro) -> str:
    """Why a macro does nothing to a ticket that it is not for."""
    return f"the macro {macro.name} is for tickets with {macro.only}"


def _problem(macro: Macro, result: macros.Result) -> str:
    if result.blanks:
        return f"the macro {macro.name} asks for {', '.join(result.blanks)}"
    return f"the macro {macro.name} finds no value for {', '.join(result.missing)}" if result.missing else ""


def _unmoved(tx: Tx, plan: Plan) -> None:
    versions = many.versions(tx.conn, [step.id for step in plan.steps])
    moved = [step for step in plan.steps if versions.get(step.id) != step.version]
    if moved:
        more = f" and {len(moved) - 1:,} more" if len(moved) > 1 else ""
        raise Refused(
            f"{moved[0].name}{more} changed since the plan was made, so nothing was done. Make it again."
        )
