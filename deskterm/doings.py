"""What a rule does to one ticket: fields, notes, letters, whom it is given to; then the commit of it.

Knows the desk and the one way out for automatic letters; does not know why the rule acts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from deskterm import acts, auto_letters, chains, days, kinds, placing, replies, safe, writing
from deskterm.auto_letters import AutoLetter
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.plan_values import held
from deskterm.subjects import About
from store import outbox
from store.errors import Refused
from store.log.entry import Change
from store.log.tx import Tx
from store.model import Status, Ticket
from store.reads import causes, conversation, docs, many, queues, surveys, team
from store.rules import macros, template
from store.rules import surveys as asking
from store.rules.brakes import TOLD
from store.rules.macros import Macro, Result
from store.rules.rule_text import Rule
from store.rules.votes import Survey, link

NO_MAILBOX = "no letter was written, because no mailbox is set up"


class Letter(Struct, frozen=True):
    """A letter a rule writes."""

    to: str
    """The bare address."""
    subject: str
    text: str
    colleague: bool = False
    """It tells one of us; else it answers the customer."""
    survey: Survey | None = None
    """It asks the customer how we did; the addresses of the answers are made as it is sent."""
    scores: tuple[int, ...] = ()
    """The answers it offers."""
    above: str = ""
    """The desk's own words over them."""


class Doing(Struct, frozen=True):
    """What a rule does to one ticket, before anything is committed."""

    sets: tuple[Change, ...]
    """Fields of the ticket; what is so already is left out."""
    notes: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    holds: tuple[str, ...] = ()
    """Rows of the outbox that are held."""
    routed: str = ""
    """Why the ticket goes to whom it goes, or to nobody."""
    missed: tuple[str, ...] = ()
    """Who should be told besides, and has no address; somebody is told, so the ticket need not say so."""
    untold: tuple[str, ...] = ()
    """Who should be told and has no address, or why no letter can be written."""

    def __bool__(self) -> bool:
        return bool(self.sets or self.notes or self.letters or self.holds)


class By(Struct, frozen=True):
    """The rule whose act it is."""

    rule: str
    doc: str
    key: str
    cause: int


def doing(
    desk: Desk, conn: sqlite3.Connection, rule: Rule, of: About, *, given: placing.Given | None = None
) -> Doing:
    """What a rule does to a ticket as it stands; `given` remembers whom the act gave its other tickets."""
    results = [_result(desk, conn, of, macro) for macro in _macros(desk, conn, rule, of)]
    sets = [pair for result in results for pair in result.sets]
    found = placing.place(desk, conn, rule.route, of, given=given) if rule.route else None
    if found and found.name:
        sets.append(("assignee", found.name))
    changes = acts.fields([of.ticket], sets, kind=causes.KIND, said="").changes
    last = {change.field: change for change in changes}
    letters, untold = _letters(conn, rule, of, results, subject=_subject(desk, conn, of, rule))
    told, missed = _notices(conn, rule, _after(of, last)) if rule.notify else ((), ())
    waiting = outbox.unsent(conn) if rule.hold else []
    return Doing(
        sets=tuple(change for change in last.values() if held(of.ticket, change.field) != change.value),
        notes=tuple(result.note for result in results if result.note is not None),
        letters=(*letters, *told),
        holds=tuple(row.id for row in waiting if row.ticket == of.ticket.id and row.state == outbox.QUEUED),
        routed=f"{found.name or 'nobody'}: {found.why}" if found else "",
        missed=missed if told else (),
        untold=untold if told else (*untold, *missed),
    )


def _after(of: About, sets: Mapping[str, Change]) -> About:
    """The ticket as the act leaves it, as far as a colleague is told of it."""
    ticket = of.ticket
    value = {field: change.value for field, change in sets.items()}
    return replace(
        of,
        ticket=replace(
            ticket,
            status=Status(value.get("status") or ticket.status),
            priority=int(value.get("priority") or ticket.priority),
            assignee=str(value.get("assignee", ticket.assignee) or ""),
        ),
    )


def do(desk: Desk, tx: Tx, does: Doing, of: About, by: By) -> bool:
    """Commit it; whether anything was done. Letters that may not leave become a note that says why."""
    if not does or tx.conn.execute("SELECT 1 FROM entry WHERE key = ?", (by.key,)).fetchone():
        return False
    refused = [(letter, _post(desk, tx, letter, n, of, by)) for n, letter in enumerate(does.letters)]
    stopped = [why for letter, why in refused if why and letter.survey is None]
    who = causes.actor(by.rule)
    notes = [
        replies.note(of.ticket, replies.Note(text), agent=who, message=tx.new_id("m", n), now=desk.now)
        for n, text in enumerate((*does.notes, *(f"{by.rule}: {why}" for why in (*does.untold, *stopped))))
    ]
    changes = [
        *does.sets,
        *(Change(row, "state", outbox.HELD) for row in does.holds),
        *(change for note in notes for change in note.changes),
    ]
    if does.letters:
        # What left is an entry of its own; this one has to stand too, so that the rule does it once.
        changes.append(Change(of.ticket.id, f"{kinds.WROTE}{by.doc}", desk.now))
    # That somebody is not asked today is no news for the team; the reason stays with the ticket.
    changes += [
        Change(of.ticket.id, f"x.unasked-{one.survey}", why) for one, why in refused if why and one.survey
    ]
    receipt = tx.commit(
        changes, actor=who, kind=causes.KIND, key=by.key, cause=by.cause or None,
        beside=[note.blob for note in notes],
    )  # fmt: skip
    return bool(receipt.entry)


def _post(desk: Desk, tx: Tx, letter: Letter, n: int, of: About, by: By) -> str:
    """Hand a letter to the one way out; why it may not leave, empty when it is on its way."""
    made = auto_letter(desk, tx.conn, letter, n, of.ticket, by)
    if made is None:
        return NO_MAILBOX
    return unsent(letter, auto_letters.post(desk, tx, made, cause=by.cause or None))


def unsent(letter: Letter, why_not: str) -> str:
    """What a note says of a letter that may not leave; empty when nothing stops it."""
    return f"no letter to {letter.to}: {why_not}" if why_not else ""


def auto_letter(
    desk: Desk, conn: sqlite3.Connection, letter: Letter, n: int, ticket: Ticket, by: By
) -> AutoLetter | None:
    """The n-th letter of a rule's act as the one way out wants it; None where no mailbox is set up."""
    messages = conversation.messages(conn, ticket.id)
    sender = writing.sender_of(desk, ticket, messages)
    box = desk.settings.mailbox.get(sender.mailbox)
    if box is None:
        return None
    last = replies.answered(messages)
    kind = f"{TOLD}{ticket.id} {by.doc}" if letter.colleague else f"rule {by.doc}"
    return AutoLetter(
        kind=kind, key=f"{by.key}:letter:{n}", ticket=ticket.id, to=letter.to, subject=letter.subject,
        text=_text(desk, letter, ticket, box), mailbox=sender.mailbox, box=box,
        why=f"sent by the rule {by.rule}", answers=last.msgid if last and not letter.colleague else "",
        survey=letter.survey, asks_for=ticket.assignee,
    )  # fmt: skip


def _text(desk: Desk, letter: Letter, ticket: Ticket, box: Box) -> str:
    """The words of a letter; a survey's with an address for each answer, made for this ticket and person."""
    if letter.survey is None:
        return letter.text
    links = {
        score: link(
            desk.store.secret, letter.survey, score, ticket=ticket.id, person=letter.to, own=box.address,
            plus=box.plus,
        )
        for score in letter.scores
    }  # fmt: skip
    return asking.letter(letter.survey, ticket.number, links, above=letter.above)


def _letters(
    conn: sqlite3.Connection, rule: Rule, of: About, results: Sequence[Result], *, subject: str
) -> tuple[tuple[Letter, ...], tuple[str, ...]]:
    """The letters a rule writes, under a subject of its own or a plain one; and who cannot be written to."""
    letters: list[Letter] = []
    untold: list[str] = []
    plain = f"Your request #{of.ticket.number}"
    for result in results:
        if result.reply is None or rule.survey:
            continue
        if result.missing or result.blanks:
            untold.append(
                f"no letter was written, there is no {', '.join((*result.missing, *result.blanks))}"
            )
        elif of.customer is None or not of.customer.email:
            untold.append("no letter was written, the ticket has no customer")
        else:
            letters.append(Letter(of.customer.email, subject or plain, result.reply))
    if rule.survey and (asks := _asking(conn, rule, of, results, subject=subject)):
        letters.append(asks)
    return tuple(letters), tuple(untold)


def _notices(conn: sqlite3.Connection, rule: Rule, of: About) -> tuple[tuple[Letter, ...], tuple[str, ...]]:
    """The letters to colleagues, one to each address, and whom nobody has an address of."""
    found = {name: list(_addresses(conn, name, of)) for name in rule.notify}
    whom = dict.fromkeys(address for addresses in found.values() for address in addresses)
    missed = [name for name, addresses in found.items() if not addresses]
    return (
        tuple(_told(rule, of, address) for address in whom),
        tuple(f"{name} could not be told, the desk has no address for that" for name in missed),
    )


def _asking(
    conn: sqlite3.Connection, rule: Rule, of: About, results: Sequence[Result], *, subject: str
) -> Letter | None:
    """The survey of a rule; None where nobody can be asked, or was asked already."""
    if rule.survey is None or of.customer is None or not of.customer.email:
        return None
    if surveys.was_asked(conn, of.ticket.id, rule.survey):
        return None
    above = next((result.reply for result in results if result.reply), "")
    scores = tuple(asking.offered(rule.survey, rule.answers))
    shown = asking.letter(rule.survey, of.ticket.number, dict.fromkeys(scores, "(an address)"), above=above)
    subject = subject or asking.subject(of.ticket.number)
    return Letter(of.customer.email, subject, shown, survey=rule.survey, scores=scores, above=above)


def _told(rule: Rule, of: About, address: str) -> Letter:
    """What a colleague is told of a ticket."""
    ticket = of.ticket
    rows = [
        f"#{ticket.number} {safe.clean(ticket.subject)}",
        f"P{ticket.priority} {ticket.status}, {ticket.assignee or 'nobody'} has it",
        f"customer: {safe.clean(of.customer.name or of.customer.email) if of.customer else 'none'}"
        + (f", {safe.clean(of.account.name)} {of.account.tier}".rstrip() if of.account else ""),
        "",
        f"You get this letter from the rule {rule.name} of the help desk.",
    ]
    return Letter(address, f"[desk] #{ticket.number} P{ticket.priority}: {rule.name}", "\n".join(rows), True)


def _addresses(conn: sqlite3.Connection, name: str, of: About) -> Iterator[str]:
    """The addresses behind `csm`, `assignee`, `role:NAME`, an agent's name or an address itself."""
    if "@" in name:
        yield name.lower()
        return
    members = team.members(conn)
    if name.startswith(("role:", "group:")):
        word = name.partition(":")[2].lower()
        yield from (
            one.email
            for one in members
            if one.email and (word in one.groups or (word == "senior" and one.senior))
        )
        return
    whom = {"csm": of.account.csm if of.account else "", "assignee": of.ticket.assignee}.get(name, name)
    yield from (one.email for one in members if one.email and whom and one.name.lower() == whom.lower())


def _macros(desk: Desk, conn: sqlite3.Connection, rule: Rule, of: About) -> Iterator[Macro]:
    """What a rule does itself, then the macro it names with those that one runs.

    A macro that is gone, goes round in a circle or is not for this ticket does nothing.
    """
    yield rule.do
    if not rule.macro or (doc := docs.named(conn, "macro", rule.macro)) is None:
        return
    try:
        macro = chains.whole(conn, macros.parse(doc.body))
    except Refused:
        return
    where = queues.condition(macro.only, days.of_rules(desk, conn))
    if not macro.only or many.holding(conn, where, [of.ticket.id]):
        yield macro


def _result(desk: Desk, conn: sqlite3.Connection, of: About, macro: Macro) -> Result:
    if not macros.says(macro):
        return macros.run(macro, {"agent": {"name": desk.agent}, "now": desk.now})
    values = macros.context(of.ticket, of.customer, of.account, desk.agent, now=desk.now)
    return macros.run(macro, values, zone=days.zone(desk, conn))


def _subject(desk: Desk, conn: sqlite3.Connection, of: About, rule: Rule) -> str:
    """The subject a rule gives its letters; empty where it names none, or a name in it has no value."""
    if not rule.subject:
        return ""
    values = macros.context(of.ticket, of.customer, of.account, desk.agent, now=desk.now)
    filled = template.fill(template.read(rule.subject), values, zone=days.zone(desk, conn))
    return "" if filled.missing else " ".join(safe.clean(filled.text).split())
