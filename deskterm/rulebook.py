"""The rules and promises of the desk as a person looks them over: on or off, what each looks at and did.

Reads, and keeps a text that was edited. Knows the store and the desk; no screen.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from deskterm import doc_names, doc_texts, tiers
from deskterm.automation import arm
from deskterm.desk import Desk, Done
from deskterm.moments import length
from store.errors import DocError, Refused
from store.model import Doc
from store.reads import docs, rule_stats
from store.reads.baseline import Baseline, baseline
from store.reads.promised import hours_named, promised
from store.reads.rule_stats import Stat
from store.rules.hours import in_words
from store.rules.policies import read_policy, targets_for, write_duration
from store.rules.promises import Policy
from store.rules.rule_text import Rule, When

DAY = 86_400
STATS_DAYS, PAST_DAYS = 30, 90
"""How far back acts of rules are counted, and how far back a trial and the baseline look."""


class RuleLine(Struct, frozen=True):
    """One rule."""

    doc: Doc
    looks: str
    """What it looks at, in words; empty where it cannot be read."""
    problem: str
    """Why it cannot be read, with line and column."""


class PolicyLine(Struct, frozen=True):
    """One policy."""

    doc: Doc | None
    """None for the one a desk without any has."""
    name: str
    scope: str
    targets: tuple[str, ...]
    """A line for each priority that is promised something."""
    hours: str
    problem: str


def rules(desk: Desk) -> list[RuleLine]:
    """The rules in their order."""
    return [_rule(desk, doc) for doc in docs.of_kind(desk.conn, "rule")]


def _rule(desk: Desk, doc: Doc) -> RuleLine:
    try:
        doc_names.check(desk.conn, [doc])
        return RuleLine(doc, looks_at(arm(doc).rule), "")
    except DocError as error:
        return RuleLine(doc, "", placed(error))


def placed(error: DocError) -> str:
    """A mistake with its place."""
    return f"line {error.line}, column {error.column}: {error}"


def looks_at(rule: Rule) -> str:
    """What a rule looks at: `received: refund OR chargeback`, `7d after last_out: is:waiting`."""
    when = str(rule.when)
    if rule.when is When.WAITED:
        when = f"{length(rule.wait)} after {rule.since}" if rule.wait else str(rule.since)
    elif rule.fields:
        when = f"{', '.join(rule.fields)} {when}"
    return f"{when}: {rule.match or 'every ticket'}"


def did(desk: Desk) -> dict[str, Stat]:
    """What each rule did in the last thirty days, by the id of its doc. Counts in the log."""
    return rule_stats.of_desk(desk.conn, since=desk.now - STATS_DAYS * DAY)


def policies(desk: Desk) -> list[PolicyLine]:
    """The policies in the order they are asked, then those that are off or cannot be read."""
    kept = {doc.name: doc for doc in docs.of_kind(desk.conn, "policy")}
    found = [_policy(desk, kept.get(one.name), one) for one in promised(desk.conn).policies]
    asked = {line.name for line in found if line.doc is not None}
    return found + [_resting(desk, doc) for name, doc in kept.items() if name not in asked]


def _resting(desk: Desk, doc: Doc) -> PolicyLine:
    try:
        return _policy(desk, doc, read_policy(doc.body, name=doc.name))
    except DocError as error:
        return PolicyLine(doc, doc.name, "", (), "", placed(error))


def _policy(desk: Desk, doc: Doc | None, policy: Policy) -> PolicyLine:
    hours = f"hours {policy.hours}: {in_words(hours_named(desk.conn, policy.hours).calendar)}"
    return PolicyLine(doc, policy.name, _scope(policy), tuple(_targets(policy)), hours, "")


def _scope(policy: Policy) -> str:
    scope = policy.scope
    parts = (
        ("brand", scope.brand), ("tier", scope.tier), ("channel", scope.channel), ("group", scope.group),
        ("priority", tuple(f"P{one}" for one in scope.priority)),
    )  # fmt: skip
    said = "; ".join(f"{name} {', '.join(values)}" for name, values in parts if values)
    return f"for {said}" if said else "for every ticket that nothing above is for"


def _targets(policy: Policy) -> Iterator[str]:
    for priority in sorted(policy.targets):
        named = targets_for(policy, priority)._asdict().items()
        said = [f"{name} {write_duration(minutes)}" for name, minutes in named if minutes is not None]
        if said:
            yield f"P{priority}  {', '.join(said)}"


def reached(desk: Desk) -> list[Baseline]:
    """What was reached in the last ninety days, all together first. Reads every letter of theirs."""
    return baseline(desk.conn, since=desk.now - PAST_DAYS * DAY, hours=promised(desk.conn).hours)


def new(desk: Desk, name: str) -> Doc:
    """A rule to be written, with an example in it; not on the desk yet. Raises Refused for a name in use."""
    name = " ".join(name.split())
    if not name:
        raise Refused("A rule needs a name; nothing was begun.")
    if docs.named(desk.conn, "rule", name) is not None:
        raise Refused(f"There is a rule called {name} already; e on it opens it.")
    return Doc(f"new {name}", "rule", name, doc_texts.example("rule", name))


def save(desk: Desk, doc: Doc, text: str) -> Done:
    """Keep the edited text of a doc. Raises DocError at its first mistake, Refused where it may not be."""
    doc_texts.check(doc.kind, doc.name, text)
    doc_names.check(desk.conn, [replace(doc, body=text)])
    tiers.check(desk.conn, replace(doc, body=text))
    return desk.save_doc(doc.kind, doc.name, text)
