"""A rule run by hand: what it would do now to the tickets a person names, as a plan.

Reads the desk and writes nothing. When the rule would look by itself does not matter here; its query does.
"""

from __future__ import annotations

from collections.abc import Sequence

from deskterm import acts, days, doings, plans, subjects
from deskterm.auto_letters import Brakes
from deskterm.automation import Armed
from deskterm.desk import Desk
from deskterm.placing import Given
from deskterm.plan_values import Auto, Plan, Step
from store.errors import DocError, NotFound, Refused
from store.log.entry import Value
from store.reads import many, queues, tickets

KIND = "run"
"""Word for the log: no automatic act, but a person's."""


def make_rule(desk: Desk, one: Armed, found: Sequence[str], *, tell: plans.Tell = plans.silent) -> Plan:
    """What the rule does to those of the tickets, given by id, for which its query holds.

    Raises NotFound when it holds for none, Refused when the rule or its macro cannot be read, or it asks
    customers.
    """
    if one.rule.survey:
        raise Refused(
            f"The rule {one.rule.name} asks customers, each once as their ticket is solved;"
            " it cannot be run over many tickets at once. Nothing was changed."
        )
    with many.snapshot(desk.conn):
        meant = _meant(desk, one, found)
        versions = many.versions(desk.conn, meant)
        run = _Run(desk, one)
        try:
            steps = [run.step(eid, versions[eid]) for eid in plans.counted(meant, tell, plans.PLANNING)]
        except DocError as error:
            raise Refused(f"The rule {one.rule.name} cannot be run: {error}") from None
        whom = acts.name(many.tickets(desk.conn, meant))
    return Plan(
        kind=KIND, words=f"Rule {one.rule.name} on {whom}", desk=desk.store.desk_id, made=desk.now,
        steps=tuple(steps), rule=one.rule.name, doc=one.doc,
    )  # fmt: skip


def _meant(desk: Desk, one: Armed, found: Sequence[str]) -> list[str]:
    match = one.rule.match
    if not match:
        return list(found)
    holds = set(tickets.ids(desk.conn, queues.condition(match, days.of_rules(desk, desk.conn))))
    meant = [eid for eid in found if eid in holds]
    if not meant:
        raise NotFound(f"The rule {one.rule.name} asks for {match}, which none of these tickets answers.")
    return meant


class _Run:
    """One run of a rule: what it gave and what it wrote so far counts for the tickets after."""

    def __init__(self, desk: Desk, one: Armed) -> None:
        self.desk, self.one = desk, one
        self.given = Given()
        self.brakes = Brakes.of(desk, desk.conn)

    def step(self, eid: str, version: int) -> Step:
        conn = self.desk.conn
        of = subjects.about(conn, eid)
        does = doings.doing(self.desk, conn, self.one.rule, of, given=self.given)
        fields: dict[str, Value] = {change.field: change.value for change in does.sets}
        leave, stopped = self._letters(of, does)
        said = tuple(f"{self.one.rule.name}: {why}" for why in (*does.untold, *stopped)) if does else ()
        ticket = of.ticket
        changes = plans.step(ticket, version, fields).changes
        return Step(
            eid, ticket.number, ticket.subject, version, changes, auto=leave, notes=(*does.notes, *said),
            holds=does.holds,
        )  # fmt: skip

    def _letters(self, of: subjects.About, does: doings.Doing) -> tuple[tuple[Auto, ...], list[str]]:
        """The letters that may leave, and why the others may not."""
        by = doings.By(self.one.rule.name, self.one.doc, f"run:{of.ticket.id}", 0)
        leave: list[Auto] = []
        stopped: list[str] = []
        for n, one in enumerate(does.letters):
            letter = doings.auto_letter(self.desk, self.desk.conn, one, n, of.ticket, by)
            why = doings.unsent(one, self.brakes.why_not(letter)) if letter else doings.NO_MAILBOX
            if why:
                stopped.append(why)
            else:
                leave.append(Auto(one.to, one.subject, one.text, one.colleague))
        return tuple(leave), stopped
