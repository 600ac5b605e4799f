"""Promises in words a customer understands: what a help page says about answers and solutions.

Pure. Knows policies and calendars; computes no clocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.model import PRIORITIES
from store.rules.hours import Calendar, in_words
from store.rules.policies import targets_for
from store.rules.promises import Policy, Scope, Targets

MEANS = {
    1: "when nothing works any more",
    2: "when something important does not work",
    3: "when something smaller does not work",
    4: "for questions and wishes",
}
"""The priorities, as a customer would say them."""


def in_text(policies: Sequence[tuple[Policy, Calendar]]) -> str:
    """The promises of all policies, a paragraph each."""
    return "\n\n".join(_policy(policy, calendar) for policy, calendar in policies) + "\n"


def _policy(policy: Policy, calendar: Calendar) -> str:
    rows = [_row(priority, targets_for(policy, priority)) for priority in PRIORITIES]
    lines = [f"For {_whom(policy.scope)}:"] + [row for row in rows if row]
    if len(lines) == 1:
        return f"For {_whom(policy.scope)} nothing is promised."
    return "\n".join([*lines, f"Times count while we are open: {in_words(calendar)}."])


def _whom(scope: Scope) -> str:
    parts = [f"accounts of {_listed(scope.tier)}"] if scope.tier else []
    parts += [f"letters to {_listed(scope.brand)}"] if scope.brand else []
    parts += [f"what comes by {_listed(scope.channel)}"] if scope.channel else []
    parts += [f"the matters of {_listed(scope.group)}"] if scope.group else []
    return " and ".join(parts) or "everybody"


def _listed(words: Sequence[str]) -> str:
    return " or ".join(words)


def _row(priority: int, targets: Targets) -> str:
    said = [f"a first answer within {span(targets.first)}"] if targets.first else []
    said += [f"a solution within {span(targets.resolution)}"] if targets.resolution else []
    return f"  {MEANS[priority]}: {' and '.join(said)}" if said else ""


def span(minutes: int) -> str:
    """Minutes of open time as people say them: `90 minutes`, `4 hours`."""
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
