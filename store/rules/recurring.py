"""Tickets that come again: the text of such a doc, and when it was last due.

Pure. Speaks the part of RFC 5545 recurrence rules that cannot run away: hourly at the most, and only
combinations that come true within a few steps.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dateutil.rrule import rrule, rrulestr
from msgspec import Struct

from store.model import PRIORITIES, TYPES
from store.rules.doctext import Doc, Section
from store.rules.fields import TAG
from store.rules.macro_text import checklist

FIELDS = (
    "rule", "start", "subject", "note", "assignee", "group", "tags", "priority", "type", "checklist",
)  # fmt: skip
EXAMPLE = (
    "# A ticket every Monday at nine, in the zone of the desk's hours. See RFC 5545 for more rules.\n"
    'rule = "FREQ=WEEKLY;BYDAY=MO"\nstart = "2026-01-05 09:00"\n\nsubject = "Look through old tickets"\n'
    'note = """\nClose what is done.\n"""\ntags = ["chore"]\nchecklist = ["1d: Say how many there were"]\n'
)
_MAY = {
    "HOURLY": {"INTERVAL", "BYHOUR"},
    "DAILY": {"INTERVAL", "BYHOUR"},
    "WEEKLY": {"INTERVAL", "BYDAY", "BYHOUR"},
    "MONTHLY": {"INTERVAL", "BYDAY", "BYMONTHDAY", "BYHOUR"},
    "YEARLY": {"BYMONTH", "BYMONTHDAY", "BYHOUR"},
}
"""What goes with how often. What is left out (BYSETPOS, minutes, seconds, rare days in fine steps) can
make a rule that searches for years and finds nothing."""

_ALWAYS = {"COUNT", "UNTIL", "WKST"}
_DAY = "MO|TU|WE|TH|FR|SA|SU"
_HOUR, _MONTH = r"(1?\d|2[0-3])", r"([1-9]|1[0-2])"
_MONTHDAY = r"-?([1-9]|[12]\d|3[01])"
_FITS = {
    "INTERVAL": r"[1-9]\d{0,2}", "COUNT": r"[1-9]\d{0,2}", "UNTIL": r"\d{8}(T\d{6})?", "WKST": _DAY,
    "BYHOUR": f"{_HOUR}(,{_HOUR})*", "BYMONTH": f"{_MONTH}(,{_MONTH})*",
    "BYMONTHDAY": f"{_MONTHDAY}(,{_MONTHDAY})*", "BYDAY": f"([+-]?[1-5])?({_DAY})(,([+-]?[1-5])?({_DAY}))*",
}  # fmt: skip
_STEP = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}


class Recurring(Struct, frozen=True):
    rule: str
    """Upper case, without spaces."""
    start: datetime
    """Local time of the desk, without a zone."""
    subject: str
    note: str = ""
    assignee: str = ""
    group: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 3
    type: str = ""
    checklist: tuple[str, ...] = ()


def read_recurring(text: str) -> Recurring:
    """A recurring ticket from its text. Raises DocError with line and column."""
    doc = Doc(text)
    doc.known(doc.table, FIELDS)
    top = Section(doc)
    subject = " ".join(top.text("subject").split())
    if not subject:
        raise top.wrong('A recurring ticket needs subject = "...".', "subject")
    tags = top.words("tags")
    if not all(TAG.fullmatch(tag) for tag in tags):
        raise top.wrong('tags have to be words in a list: tags = ["chore"].', "tags")
    priority = top.table.get("priority", 3)
    if not isinstance(priority, int) or isinstance(priority, bool) or priority not in PRIORITIES:
        raise top.wrong("priority has to be a number from 1 to 4.", "priority")
    start = _start(top)
    return Recurring(
        rule=_rule(top, start), start=start, subject=subject, note=top.text("note").strip(),
        assignee=top.text("assignee").strip(), group=top.text("group").strip(), tags=tags,
        priority=priority, type=top.one_of("type", TYPES), checklist=checklist(top, "checklist"),
    )  # fmt: skip


def _start(top: Section) -> datetime:
    try:
        start = datetime.fromisoformat(top.text("start").strip())
    except ValueError:
        start = None
    if start is None or start.tzinfo or not 2000 <= start.year < 2200:
        raise top.wrong('start has to be a local time, as in start = "2026-01-05 09:00".', "start")
    return start.replace(second=0, microsecond=0)


def _rule(top: Section, start: datetime) -> str:
    rule = top.text("rule").upper().replace(" ", "").removeprefix("RRULE:")
    parts = _parts(rule)
    often = parts.pop("FREQ", "")
    if often not in _MAY:
        raise top.wrong(f"rule has to begin with FREQ= and one of {', '.join(_MAY)}, at most hourly.", "rule")
    for name, value in parts.items():
        if name not in _MAY[often] | _ALWAYS:
            raise top.wrong(f"{name[:20]} does not go with {often} here; there is "
                            f"{', '.join(sorted(_MAY[often] | _ALWAYS))}.", "rule")  # fmt: skip
        if len(value) > 120 or not re.fullmatch(_FITS[name], value, re.ASCII):
            raise top.wrong(f"{name} cannot be {value[:40]} here.", "rule")
    if "BYMONTHDAY" in parts and "BYDAY" in parts:
        raise top.wrong("BYDAY and BYMONTHDAY together may never meet; take one of them.", "rule")
    try:
        first = next(iter(_made(rule, start)), None)
    except (ValueError, TypeError, KeyError) as error:
        raise top.wrong(f"The rule cannot be read ({error}).", "rule") from None
    if first is None:
        raise top.wrong("The rule never comes true.", "rule")
    return rule


def _parts(rule: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        found[name] = value
    return found


def _made(rule: str, start: datetime) -> rrule:
    found = rrulestr(rule, dtstart=start)
    if not isinstance(found, rrule):
        raise ValueError("it is more than one rule")
    return found


def last(one: Recurring, *, now: datetime) -> datetime | None:
    """When it was last due, up to `now`; both are local times without a zone."""
    if now < one.start:
        return None
    found = _made(one.rule, _near(one, now))
    return found.before(now, inc=True)


def missed(one: Recurring, *, after: datetime, until: datetime) -> int:
    """How often it was due after one moment and before another, counted up to a hundred."""
    found = _made(one.rule, _near(one, after))
    count = 0
    for moment in found.xafter(after, count=100):
        if moment >= until:
            break
        count += 1
    return count


def _near(one: Recurring, now: datetime) -> datetime:
    """A beginning in step with the first that is not years away; whatever counts keeps its own."""
    parts = _parts(one.rule)
    step = _STEP.get(parts["FREQ"])
    if step is None or "COUNT" in parts:
        return one.start
    step *= int(parts.get("INTERVAL", "1"))
    steps = (now - one.start) // step - 60
    return one.start + max(steps, 0) * step
