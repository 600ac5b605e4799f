"""Which rules act on what happened, and why the others do not.

Pure: the rules, the cause, and the ticket as it was before any rule ran go in; an answer of each rule
comes out. How an act is carried out is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from msgspec import Struct

from store.rules.match import Subject, matches
from store.rules.rule_text import Rule, When

DEPTH = 5
"""Acts of rules that follow one another from one cause; what would follow then is not done."""


class Cause(Struct, frozen=True):
    """Something that happened to one ticket."""

    what: When
    entry: int = 0
    """The act, 0 where nobody has done it yet, as in a test."""
    root: int = 0
    """The act by a person, a letter or the time that all of this began with."""
    depth: int = 0
    """0 for that act itself, 1 for what rules did because of it, and on."""
    by: str = ""
    """The rule whose act it is; empty for a person's, a letter's, the clock's."""
    fields: frozenset[str] = frozenset()
    """The fields that were set."""
    verified: bool = True
    """Somebody vouches for the sender of the letter."""
    since: int = 0
    """The moment a waiting rule counted from, Unix seconds."""


class Answer(Struct, frozen=True):
    """What one rule says to one cause."""

    rule: Rule
    acts: bool
    why: str


def ask(
    rules: Iterable[Rule], cause: Cause, subject: Subject, *, now: int, zone: tzinfo = UTC
) -> list[Answer]:
    """The answer of each rule that looks at causes of this kind, in their order.

    All see the same `subject`, so none depends on what another does at the same time.
    """
    answers: list[Answer] = []
    stopped = ""
    for rule in rules:
        if rule.when is not cause.what:
            continue
        if stopped:
            answers.append(Answer(rule, False, f"{stopped} stops the rules after it"))
            continue
        reason = _against(rule, cause, subject, now=now, zone=zone)
        answers.append(Answer(rule, not reason, reason or _why(rule)))
        if not reason and rule.stop:
            stopped = rule.name
    return answers


def unheard(rule: Rule, cause: Cause) -> str:
    """What keeps a rule from looking at a cause of its kind, whatever the ticket; empty when nothing does."""
    if cause.by and cause.by not in rule.follows:
        return f"this is the act of {cause.by}, and the rule does not follow it"
    if cause.depth >= DEPTH:
        return f"{DEPTH} acts of rules have followed one another already"
    if not _touched(rule.fields, cause.fields):
        return f"none of {', '.join(rule.fields)} was set"
    if not cause.verified and not rule.unverified:
        return "nobody vouches for the sender"
    return ""


def _against(rule: Rule, cause: Cause, subject: Subject, *, now: int, zone: tzinfo) -> str:
    """What keeps a rule from acting; empty when nothing does."""
    if reason := unheard(rule, cause):
        return reason
    if rule.tree is not None and not matches(rule.tree, subject, now=now, me="", zone=zone):
        return f"{rule.match} does not hold"
    return ""


def _touched(wanted: Sequence[str], fields: frozenset[str]) -> bool:
    return not wanted or any(field.partition(".")[0] in wanted for field in fields)


def _why(rule: Rule) -> str:
    return f"{rule.when}, and {rule.match} holds" if rule.match else str(rule.when)
