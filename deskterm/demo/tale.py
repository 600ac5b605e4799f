"""Tales: how a ticket's story is written down here, and how it becomes a scene with moments and bytes.

A tale says what was said and how many open minutes lay between; the layout finds the moments, so that
promises break when the tale says they do, whatever the hour. Knows hours and targets; no store, no screen.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from deskterm.demo import post
from deskterm.demo.company import COLLEAGUES, HOURS, MAREK, NAME, SUPPORT, Colleague, Person
from deskterm.demo.files import File
from deskterm.demo.post import Draft, Spoken
from deskterm.demo.scene import Noted, Received, Replied, Scene, Set, Solved, Step, Value
from store.rules.calendars import read_calendar
from store.rules.hours import Hours
from store.rules.policies import STANDARD, read_policy, targets_for

MINUTE = 60
POLICY = read_policy(STANDARD)


class Mail(Struct, frozen=True):
    """The customer, or `who`, writes."""

    text: str
    after: int = 0
    """Open minutes after the line before."""
    who: Person | None = None
    subject: str = ""
    """Empty: the tale's, with `Re:` from the second letter on."""
    html: str = ""
    files: tuple[File, ...] = ()
    cc: tuple[Person, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    charset: str = "utf-8"


class Reply(Struct, frozen=True):
    text: str
    after: int
    agent: Colleague = MAREK


class Note(Struct, frozen=True):
    text: str
    after: int
    agent: Colleague = MAREK


class Bounce(Struct, frozen=True):
    """Our last reply comes back."""

    after: int
    reason: str


Line = Mail | Reply | Note | Bounce


class Tale(Struct, frozen=True):
    key: str
    who: Person
    subject: str
    lines: tuple[Line, ...]
    due: int | None = None
    """Open minutes until the promise to answer the last unanswered letter breaks; below 0 it is broken."""
    ended: int = 0
    """For tales without `due`: open minutes since the last line."""
    status: str = "new"
    priority: int = 3
    type: str = ""
    agent: Colleague | None = None
    """Whose ticket it is."""
    tags: tuple[str, ...] = ()
    group: str = ""
    snooze: int | None = None
    """Open minutes until it wakes."""


def play(tales: Iterable[Tale], *, now: int) -> tuple[Scene, ...]:
    """The scenes of these tales at `now` (Unix seconds)."""
    hours = Hours(read_calendar(HOURS))
    return tuple(_scene(tale, hours=hours, now=now) for tale in tales)


def _scene(tale: Tale, *, hours: Hours, now: int) -> Scene:
    moments = _moments(tale, hours=hours, now=now)
    steps = [*_said(tale, moments), *_sorted_out(tale, moments[0]), *_left(tale, moments[-1])]
    if tale.snooze is not None:
        wake = _shift(now, tale.snooze, hours=hours)
        steps.append(_set(tale, moments[-1] + 2 * MINUTE, "snooze_until", wake))
    steps.sort(key=lambda step: step.at)
    return Scene(tale.key, tuple(steps))


def _moments(tale: Tale, *, hours: Hours, now: int) -> list[int]:
    """When each line of the tale happens: one is fixed by `due` or `ended`, the others lie around it."""
    lines = tale.lines
    moments = [0] * len(lines)
    if tale.due is None:
        anchor = len(lines) - 1
        moments[anchor] = _shift(now, -tale.ended, hours=hours)
    else:
        anchor = _unanswered(tale)
        due = _shift(now, tale.due, hours=hours)
        moments[anchor] = _shift(due, -_target(tale, anchor), hours=hours)
    for place in range(anchor, 0, -1):
        moments[place - 1] = _shift(moments[place], -lines[place].after, hours=hours)
    for place in range(anchor + 1, len(lines)):
        moments[place] = _shift(moments[place - 1], lines[place].after, hours=hours)
    return moments


def _shift(at: int, minutes: int, *, hours: Hours) -> int:
    """The moment so many open minutes later, or earlier; never in the middle of a closed night."""
    moved = hours.add(at, minutes * MINUTE)
    if moved is None:
        raise ValueError("the practice desk is never open")
    return moved


def _unanswered(tale: Tale) -> int:
    """The first letter after our last reply: the one a promise runs for."""
    answered = max((n for n, line in enumerate(tale.lines) if isinstance(line, Reply)), default=-1)
    return next(n for n, line in enumerate(tale.lines) if n > answered and isinstance(line, Mail))


def _target(tale: Tale, anchor: int) -> int:
    targets = targets_for(POLICY, tale.priority)
    return (
        targets.next if any(isinstance(line, Reply) for line in tale.lines[:anchor]) else targets.first
    ) or 0


def _said(tale: Tale, moments: list[int]) -> Iterable[Step]:
    """The letters, replies and notes."""
    thread: list[Spoken] = []
    for number, (line, at) in enumerate(zip(tale.lines, moments, strict=True)):
        msgid = f"{tale.key}.{number}@{_domain(tale, line)}"
        if isinstance(line, Mail):
            draft = _draft(tale, line, at=at, message_id=msgid, thread=tuple(thread))
            thread.append(
                Spoken(msgid, at, draft.sender.name or draft.sender.email, draft.sender.email, draft.text)
            )
            yield Received(at, post.letter(draft))
        elif isinstance(line, Reply):
            thread.append(Spoken(msgid, at, f"{NAME} Support", SUPPORT, post.flowing(line.text)))
            yield Replied(at, line.agent.name, post.flowing(line.text), msgid)
            if any(isinstance(later, Mail) for later in tale.lines[number + 1 :]):
                yield Set(at + 1, "status", "waiting", line.agent.name)
        elif isinstance(line, Note):
            yield Noted(at, line.agent.name, line.text)
        elif returned := post.ours(thread):
            raw = post.bounce(returned, dead=tale.who, at=at, message_id=msgid, reason=line.reason)
            yield Received(at, raw)


def _domain(tale: Tale, line: Line) -> str:
    if isinstance(line, Mail):
        return (line.who or tale.who).email.partition("@")[2]
    return SUPPORT.partition("@")[2] if isinstance(line, Reply | Note) else "mx.postbox.example"


def _draft(tale: Tale, mail: Mail, *, at: int, message_id: str, thread: tuple[Spoken, ...]) -> Draft:
    return Draft(
        sender=mail.who or tale.who,
        subject=mail.subject or (f"Re: {tale.subject}" if thread else tale.subject),
        text=post.flowing(mail.text),
        at=at,
        message_id=message_id,
        thread=thread,
        cc=mail.cc,
        html=mail.html,
        files=mail.files,
        headers=mail.headers,
        charset=mail.charset,
    )


def _sorted_out(tale: Tale, first: int) -> Iterable[Set]:
    """What somebody sets when a ticket comes in."""
    fields: dict[str, Value] = {}
    if tale.priority != 3:
        fields["priority"] = tale.priority
    if tale.type:
        fields["type"] = tale.type
    if tale.agent is not None:
        fields["assignee"] = tale.agent.name
        fields["status"] = "open"
    if tale.group:
        fields["grp"] = tale.group
    fields.update({f"tag.{tag}": 1 for tag in tale.tags})
    return [_set(tale, first + MINUTE, field, value) for field, value in fields.items()]


def _left(tale: Tale, last: int) -> Iterable[Step]:
    """How the ticket was left after its last line."""
    agent = (tale.agent or COLLEAGUES[1]).name
    if tale.status in ("waiting", "hold", "spam"):
        yield _set(tale, last + MINUTE, "status", tale.status)
    if tale.status in ("solved", "closed"):
        yield Solved(last + MINUTE, agent)
    if tale.status == "closed":
        yield Set(last + 2 * MINUTE, "status", "closed", agent)


def _set(tale: Tale, at: int, field: str, value: Value) -> Set:
    return Set(at, field, value, (tale.agent or COLLEAGUES[1]).name)
