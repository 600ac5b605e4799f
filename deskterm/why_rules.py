"""What each rule says to a ticket as it stands now: that it would act, when it will, or what keeps it.

Reads the desk and changes nothing.
"""

from __future__ import annotations

from datetime import tzinfo

from deskterm import days, trial_waits
from deskterm.automation import Armed, Automation, armed, waited
from deskterm.desk import Desk
from deskterm.moments import shown
from store.model import Ticket
from store.reads.causes import Happening
from store.rules.firing import Answer, Cause, ask
from store.rules.rule_text import When


def why_not(desk: Desk, ticket: Ticket, *, zone: tzinfo) -> list[tuple[str, str]]:
    """Each rule that is on, and what it says; moments are shown in `zone`."""
    rules = armed(desk.conn)
    by_name = {one.rule.name: one for one in rules}
    found: list[tuple[str, str]] = []
    for what in When:
        # As if every field a rule looks at were set now.
        fields = frozenset(field for one in rules if one.rule.when is what for field in one.rule.fields)
        cause = Cause(what, fields=fields)
        seen = Automation(desk).subject(desk.conn, Happening(ticket.id, cause))
        there = days.zone(desk, desk.conn)
        answers = ask((one.rule for one in rules), cause, seen, now=desk.now, zone=there)
        found += [(a.rule.name, _said(desk, by_name[a.rule.name], a, ticket, zone)) for a in answers]
    return found


def _said(desk: Desk, one: Armed, answer: Answer, ticket: Ticket, zone: tzinfo) -> str:
    if not answer.acts:
        return answer.why
    if answer.rule.when is not When.WAITED or any(waited(desk, desk.conn, one, ticket.id)):
        return f"would act: {answer.why}"
    since = answer.rule.since
    moment, at = trial_waits.comes(desk, one, ticket.id)
    if moment is None:
        return f"it counts from {since}, and this ticket has none"
    if at is None:
        return f"it counts open time from {since}, and the desk never opens"
    if at > desk.now:
        return f"it acts on {shown(at, zone=zone)}, if nothing changes before"
    when = f"{since} {shown(moment, zone=zone)}"
    if ticket.archive is not None and moment <= ticket.archive:
        return f"it counts from {when}, and the ticket came in later, with the archive"
    return f"it has acted already for {when}"
