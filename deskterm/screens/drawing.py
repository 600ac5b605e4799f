"""From what the desk knows to what the panes draw: heads, blocks, customer lines, tabs.

Pure: values in, runs and blocks out, the time handed in. Every outside text is cleaned by the widgets
or here before it becomes a run.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm import sleeps
from deskterm.acts import label
from deskterm.panes import Said, TicketPane
from deskterm.safe import clean
from deskterm.screens import to_do
from deskterm.symbols import Symbols
from deskterm.widgets.blocks import Block, Fold, folds_of, with_older_collapsed
from deskterm.widgets.conversation import Head
from deskterm.widgets.paint import Role, Run
from store.model import DONE, Kind
from store.rules.promises import Clock, Mood, Promise, State

if TYPE_CHECKING:
    from deskterm.known import Next
    from store.outbox import Waiting
    from store.reads.people import Earlier

DAY = 86_400
_PROMISES = {Promise.FIRST: "first reply", Promise.NEXT: "next reply", Promise.RESOLUTION: "resolution"}
_MOODS = {Mood.CALM: Role.CALM, Mood.SOON: Role.SOON, Mood.LATE: Role.LATE}
_SEALS = {"signed": "signed, not checked", "encrypted": "encrypted, cannot be read here"}
_STATES = {
    "queued": "leaves {at}",
    "held": "held: the outbox is locked",
    "asks": "NOT SENT, the ticket moved",
    "sending": "leaving now",
    "sent": "sent",
    "later": "waits, tried again {at}",
    "refused": "NOT SENT",
    "unsure": "may have arrived, look before sending again",
    "returned": "DID NOT ARRIVE",
    "called back": "called back",
}


def when(moment: int, now: int) -> str:
    """A moment in the reader's time: `08:29 today`, `Nov 3 08:29`, `2024-11-03`."""
    then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    if then.date() == today.date():
        return f"{then:%H:%M} today"
    if abs(now - moment) < 300 * DAY:
        return f"{then:%b} {then.day} {then:%H:%M}"
    return f"{then:%Y-%m-%d}"


def clock(moment: int, now: int) -> str:
    """The same without saying that it is today: `08:29`."""
    return when(moment, now).removesuffix(" today")


def ahead(moment: int, now: int) -> str:
    """A moment soon to come: `in 8 s`, `at 08:29`."""
    return f"in {moment - now} s" if 0 < moment - now < 100 else f"at {clock(moment, now)}"


def length(seconds: int) -> str:
    """A length of time in two units at most: `12m`, `1h 05m`, `3d 4h`."""
    minutes = abs(seconds) // 60
    if minutes < 60:
        return f"{minutes}m"
    if minutes < 24 * 60:
        return f"{minutes // 60}h {minutes % 60:02}m"
    return f"{minutes // 1440}d {minutes % 1440 // 60}h"


def head(pane: TicketPane, *, me: str, look: Symbols, narrow: bool = False) -> Head:
    """What stands above the messages: number and subject, state, the promise that breaks next."""
    ticket = pane.ticket
    who = "me" if ticket.assignee == me else clean(ticket.assignee) or "nobody"
    state: list[Run] = [
        (f" {ticket.status}  ", Role.TEXT),
        (f"P{ticket.priority}", _priority(ticket.priority)),
    ]
    if not narrow:
        state.append((f"  {clean(ticket.channel)}", Role.DIM))
    if ticket.tags:
        state.append((f"  tags: {clean(', '.join(ticket.tags))}", Role.DIM))
    state.append((f"  {look.to} {who}", Role.DIM))
    promise, folded = _promise(pane), _folded_customer(pane) if narrow else ()
    asked = [*to_do.head(pane.todos, now=pane.now, look=look), *_asked(pane, look)]
    lines = [tuple(state), promise, folded, *asked]
    if narrow and promise:
        lines = [(*state, (look.between, Role.DIM), *_without_indent(promise)), folded, *asked]
    title = f"{label(ticket)} {clean(ticket.subject) or '(no subject)'}"
    return Head(title, tuple(line for line in lines if line))


def _asked(pane: TicketPane, look: Symbols) -> list[tuple[Run, ...]]:
    """What a person has to decide, each with its keys; where it went, if it was merged."""
    lines: list[tuple[Run, ...]] = []
    if pane.merged_into:
        lines.append(((f" {look.merged} merged into {pane.merged_into}", Role.DIM),))
    for ask in pane.asks:
        keys: tuple[Run, ...] = (("  A", Role.KEY), (" yes", Role.DIM)) if ask.can_accept else ()
        words = f" {look.failed} {clean(ask.words)}"
        lines.append(((words, Role.WARN), *keys, ("  N", Role.KEY), (" no", Role.DIM)))
    return lines


def _without_indent(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    (first, ink), *rest = runs
    return (first.lstrip(), ink), *rest


def _priority(priority: int) -> Role:
    return Role.URGENT if priority == 1 else Role.TEXT


def _promise(pane: TicketPane) -> tuple[Run, ...]:
    if pane.ticket.snooze_until is not None:
        at = pane.ticket.snooze_until
        asleep = sleeps.shown(at, pane.ticket.sleep, moment=when(at, pane.now))
        return ((f" snoozed {asleep}", Role.PAUSED),)
    found = next((c for c in pane.clocks if c.due is not None and c.due == pane.ticket.due_at), None)
    if found is None or found.due is None:
        return ()
    due = _PROMISES[found.kind], clock(found.due, pane.now)
    words: Run = (f" {due[0]} due {due[1]}", Role.TEXT)
    if found.mood is Mood.LATE:
        return words, (f" (missed by {length(pane.now - found.due)})", Role.LATE)
    return (words,)


def _folded_customer(pane: TicketPane) -> tuple[Run, ...]:
    """The customer in one line, for screens without room for the pane."""
    person = pane.customer
    if person is None:
        return ()
    account = pane.account
    parts = [f"{clean(person.name)} <{clean(person.email)}>" if person.name else clean(person.email)]
    if account is not None:
        parts += [clean(account.name), clean(account.tier), _money(account.arr)]
        if account.renewal is not None:
            parts.append(f"renews {_days_ahead(account.renewal, pane.now)}")
    return ((" " + ", ".join(part for part in parts if part), Role.DIM),)


def draft(pane: TicketPane) -> str:
    """What waits to be gone on with: `draft, 2 lines, saved 09:38`, or nothing."""
    if pane.draft is None:
        return ""
    lines = len(pane.draft.text.strip().splitlines())
    what = "note" if pane.draft.kind == Kind.NOTE else "draft"
    counted = f"{lines} {'line' if lines == 1 else 'lines'}"
    return f"{what}, {counted}, saved {clock(pane.draft.saved, pane.now)}"


def what_next(next_: Next, *, now: int) -> tuple[str, ...]:
    """Where work could be found, for a queue that is empty."""
    lines: list[str] = []
    if next_.unassigned:
        lines += ["", f"{next_.unassigned} unassigned, oldest {length(now - next_.since)}"]
        lines.append("g u look   i take the oldest")
    if next_.wakes is not None:
        lines += ["", f"next snooze wakes {clock(next_.wakes, now)}", "g s snoozed"]
    return tuple(lines)


def counts_down(pane: TicketPane, now: int) -> bool:
    """Whether something in the conversation changes with the seconds."""
    queued = (said.way for said in pane.said if said.way is not None and said.way.state == "queued")
    return any(now <= way.not_before + 1 for way in queued)


def blocks(pane: TicketPane, *, me: str, now: int) -> tuple[Block, ...]:
    """The messages, older ones collapsed."""
    return with_older_collapsed([_block(said, pane, me, now) for said in pane.said])


def _block(said: Said, pane: TicketPane, me: str, now: int) -> Block:
    message = said.message
    return Block(
        id=message.id,
        kind=message.kind,
        author=_author(said, me),
        when=when(message.date, pane.now),
        label=_label(said, now),
        text=said.text.rstrip("\n"),
        folds=folds_of(message.folds) or _own_quote(said),
        files=message.files,
        trouble=_trouble(said),
    )


def _own_quote(said: Said) -> tuple[Fold, ...]:
    """The letter we quoted at the end of a reply of ours, which nobody needs to read again."""
    lines = said.text.rstrip("\n").split("\n")
    first = len(lines)
    while said.message.kind is Kind.OUT and first and lines[first - 1].startswith(">"):
        first -= 1
    if first == len(lines):
        return ()
    while first and lines[first - 1].strip():
        first -= 1
    return (("q", first, len(lines) - 1),)


def _author(said: Said, me: str) -> str:
    message = said.message
    if message.kind is Kind.IN:
        name = message.sender.partition(" <")[0]
        doubtful = not {"unverified", "lookalike"}.isdisjoint(message.signals) or "@" in name or "＠" in name
        return (message.sender if doubtful else name) or "somebody"
    return "me" if message.author == me else message.author


def _label(said: Said, now: int) -> str:
    message = said.message
    if message.kind is Kind.NOTE:
        return "note, private"
    if message.kind is Kind.CALL:
        return "call"
    if message.kind is Kind.IN:
        hidden = ("defects", "verified")
        marks = [_SEALS.get(word, word) for word in message.signals if word not in hidden]
        return ", ".join(["customer", *marks])
    if said.way is None:
        return "sent"
    if said.ways:
        return "differs by recipient"
    return _STATES.get(said.way.state, said.way.state).format(at=ahead(said.way.not_before, now))


def _trouble(said: Said) -> str:
    way, signals = said.way, said.message.signals
    if said.ways:
        return "\n".join(_fared(way) for way in said.ways if way.state != "called back")
    if way is not None and way.state == "asks":
        return f"{way.error}\ng e: send it as it is, or back into the composer"
    if way is not None and way.state == "sent" and way.error:
        return way.error
    if way is not None and way.state in ("refused", "unsure"):
        means = "It may have arrived." if way.state == "unsure" else "It did not arrive."
        return f"{way.error or 'no answer'}\n{means} g e: back into the composer, or try again"
    if way is not None and way.state == "returned":
        return f"It came back: {way.error}"
    if way is not None and way.state == "later" and way.error:
        return way.error
    if "claims" in signals:
        return f"claims to belong here: {said.message.why}"
    if "unverified" in signals:
        return "nobody vouches for who sent this"
    return ""


def _fared(way: Waiting) -> str:
    """How some of a letter's recipients fared."""
    who = "" if way.error.startswith(way.rest[:1] or ("\0",)) else f"{', '.join(way.rest)}: "
    words = {"sent": "sent", "refused": "NOT SENT (g e)", "later": "waits"}.get(way.state, way.state)
    return f"{words}  {who}{way.error}".rstrip(" :")


def customer(pane: TicketPane, *, look: Symbols) -> list[list[Run]]:
    """The customer pane: who, their account, the promises, what was before."""
    lines: list[list[Run]] = []
    person = pane.customer
    if person is None:
        lines.append([(" Nobody yet.", Role.DIM)])
    else:
        lines.append([(f" {clean(person.name) or clean(person.email)}", Role.CUSTOMER)])
        lines.append([(f" {clean(person.email)}", Role.DIM)])
        if pane.returned:
            lines.append([(f" {look.failed} letters to it come back", Role.BAD)])
        if person.phone:
            lines.append([(f" {clean(person.phone)}", Role.DIM)])
        lines += [[(f" also {clean(address)}", Role.DIM)] for address in pane.also]
    if any("unverified" in said.message.signals for said in pane.said):
        lines.append([(f" {look.failed} not verified", Role.WARN)])
    if pane.people:
        lines += [[], [(" With", Role.TEXT)], *([(f" {clean(who)}", Role.DIM)] for who in pane.people[:6])]
    lines += _account(pane)
    lines += _promises(pane, look)
    lines += to_do.pane(pane.todos, pane.links, now=pane.now)
    return lines + _before(pane, look)


def _account(pane: TicketPane) -> list[list[Run]]:
    account = pane.account
    if account is None:
        return [] if pane.before_count else [[], [(" New here. First letter.", Role.DIM)]]
    facts: list[tuple[str, str, Role]] = [
        ("ARR", _money(account.arr), Role.TEXT),
        (
            "renewal",
            _days_ahead(account.renewal, pane.now) if account.renewal else "",
            _renewal(account.renewal, pane.now),
        ),
        ("CSM", clean(account.csm), Role.TEXT),
        ("plan", clean(account.plan), Role.TEXT),
    ]
    named: list[Run] = [(f" {clean(account.name)}  ", Role.TEXT), (clean(account.tier), Role.GOOD)]
    return [named, [], *([(f" {name:<9} ", Role.DIM), (value, ink)] for name, value, ink in facts if value)]


def _renewal(renewal: int | None, now: int) -> Role:
    return Role.WARN if renewal is not None and renewal - now < 30 * DAY else Role.TEXT


def _promises(pane: TicketPane, look: Symbols) -> list[list[Run]]:
    running = [one for one in pane.clocks if one.state in (State.RUNNING, State.PAUSED)]
    if not running:
        return []
    lines: list[list[Run]] = [[], [(f" Promises, P{pane.ticket.priority}", Role.TEXT)]]
    worst = max(running, key=lambda one: one.used / max(one.target or 1, 1))
    for one in running:
        lines.append([(f" {_PROMISES[one.kind]:<11} ", Role.DIM), _stand(one, look)])
        if one is worst and one.target:
            lines.append([_bar(one.used / one.target, look, _MOODS[one.mood])])
    return [*lines, [(f" {clean(pane.hours)}", Role.DIM)]]


def _stand(one: Clock, look: Symbols) -> Run:
    if one.state is State.PAUSED:
        return f"{look.paused} paused", Role.PAUSED
    left = (one.target or 0) - one.used
    glyph = {Mood.CALM: look.calm, Mood.SOON: look.soon, Mood.LATE: look.late}[one.mood]
    size = length(left)
    words = f"-{size} late" if one.mood is Mood.LATE else f"{size} left" if len(size) < 7 else size
    return f"{glyph} {words}", _MOODS[one.mood]


def _bar(share: float, look: Symbols, ink: Role) -> Run:
    full = min(int(share * 18), 18)
    return f" {look.full * full}{look.rest * (18 - full)} {min(int(share * 100), 999)}%", ink


def _before(pane: TicketPane, look: Symbols) -> list[list[Run]]:
    if not pane.before_count:
        return []
    lines: list[list[Run]] = [[], [(f" Before: {pane.before_count}", Role.TEXT)]]
    return lines + [_earlier(one, look) for one in pane.before]


def _earlier(one: Earlier, look: Symbols) -> list[Run]:
    done = one.status in DONE
    glyph = look.merged if one.merged else look.done if done else look.calm
    return [
        (f" {glyph} ", Role.DONE if done else Role.DIM),
        (f"#{one.number} {f'CSAT {clean(one.csat)} ' if one.csat else ''}{clean(one.subject)}", Role.TEXT),
    ]


def _money(amount: int | None) -> str:
    return f"${amount:,}" if amount is not None else ""


def _days_ahead(moment: int, now: int) -> str:
    days = (moment - now) // DAY
    if days < 0:
        return f"{-days} days ago"
    return f"in {days} days" + ("  !" if days < 30 else "")
