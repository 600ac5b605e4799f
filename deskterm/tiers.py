"""Whether a desk is ready to treat accounts by tier: enough agents, and accounts that say what they are.

Below three agents tiers cost more than they give, and with half the accounts unknown they give the wrong
people the wrong promise. Knows docs and accounts; no screen.
"""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from store.errors import DocError, Refused
from store.model import Doc
from store.reads import team
from store.rules.policies import read_policy
from store.rules.query import Term, leaves
from store.rules.rule_text import read_rule

AGENTS = 3
COMPLETE = 0.7
KNOWN = ("tier", "arr", "csm", "renewal")
"""What a complete account says."""


class Ready(Struct, frozen=True):
    """How a desk stands."""

    agents: int
    accounts: int
    complete: int
    """Accounts with all of tier, yearly revenue, CSM and renewal."""

    @property
    def share(self) -> float:
        return self.complete / self.accounts if self.accounts else 0.0

    def __str__(self) -> str:
        accounts = f"{self.complete:,} of {self.accounts:,} accounts are complete ({self.share:.0%})"
        return f"{accounts}, {self.agents} of {AGENTS} agents are registered"

    def __bool__(self) -> bool:
        return self.agents >= AGENTS and self.share >= COMPLETE


def ready(conn: sqlite3.Connection) -> Ready:
    """How the desk stands now."""
    whole = " AND ".join(f"{column} IS NOT NULL" for column in KNOWN)
    accounts, complete = conn.execute(
        f"SELECT count(*), ifnull(sum({whole}), 0) FROM account WHERE _deleted IS NULL"
    ).fetchone()
    return Ready(len(team.members(conn)), int(accounts), int(complete))


def check(conn: sqlite3.Connection, doc: Doc) -> None:
    """Raises Refused when an active doc goes by tiers and the desk is not ready for that."""
    if not doc.active or not _by_tier(doc):
        return
    if not (now := ready(conn)):
        raise Refused(
            f"The {doc.kind} {doc.name} goes by tiers, which needs {AGENTS} agents (`deskterm team add`) and"
            f" {COMPLETE:.0%} of the accounts complete with tier, revenue, CSM and renewal; now {now}."
        )


def _by_tier(doc: Doc) -> bool:
    try:
        if doc.kind == "policy":
            return bool(read_policy(doc.body).scope.tier)
        if doc.kind == "rule":
            tree = read_rule(doc.body, name=doc.name).tree
            terms = (leaf for leaf in leaves(tree) if isinstance(leaf, Term)) if tree else ()
            return any(term.field == "account.tier" for term in terms)
    except DocError:
        pass
    return False
