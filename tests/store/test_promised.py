"""Which policy holds for a ticket, and that its due time follows whatever decides it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk import Desk
from store.log.entry import Change, Value, put
from store.reads import promised
from store.rules.policies import choose, in_order, read_policy, write_policy
from store.rules.promises import Facts, Policy, Scope
from tests.rigs.mail import Clock, box, letter, one, opened, take
from tests.rigs.mail import settings as mail_settings

HOUR = 3600
words = st.sampled_from(("", "acme", "Enterprise", "mail", "billing"))
facts = st.builds(Facts, words, words, st.integers(1, 4), words, words)
some = st.lists(words.filter(bool), max_size=2, unique=True).map(tuple)
scopes = st.builds(
    Scope, some, some, st.lists(st.integers(1, 4), max_size=2, unique=True).map(tuple), some, some
)


@given(st.lists(scopes, min_size=1, max_size=4), facts)
def test_the_first_policy_that_holds_is_chosen_and_those_for_all_come_last(
    given_: list[Scope], of: Facts
) -> None:
    policies = in_order([Policy(str(n), {}, scope=scope) for n, scope in enumerate(given_)])
    chosen = choose(policies, of)
    before = policies[: policies.index(chosen)]
    if any(policy.scope.holds(of) for policy in policies):
        assert chosen.scope.holds(of) and not any(policy.scope.holds(of) for policy in before)
    else:
        assert chosen is policies[-1]
    assert [bool(policy.scope) for policy in policies] == sorted(
        (bool(policy.scope) for policy in policies), reverse=True
    )


@given(scopes)
def test_a_scope_can_be_written_and_read_back(scope: Scope) -> None:
    policy = Policy("p", {}, scope=scope)
    assert read_policy(write_policy(policy), name="p").scope == scope


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "home", mail_settings(box()), Clock()) as made:
        made.save_doc("policy", "standard", 'hours = "24/7"\n[p3]\nfirst = "8h"\n')
        made.save_doc("policy", "gold", 'hours = "24/7"\ntier = ["Gold"]\n[p3]\nfirst = "1h"\n')
        made.save_doc("policy", "billing", 'hours = "24/7"\ngroup = ["billing"]\n[p3]\nfirst = "2h"\n')
        yield made


def change(desk: Desk, *changes: Change) -> None:
    with desk.store.write() as tx:
        tx.commit(changes, actor="ana", kind="set")


def hours_left(desk: Desk) -> float:
    ticket = one(desk, "Question 1")
    assert ticket.due_at is not None
    return (ticket.due_at - ticket.created) / HOUR


def test_a_due_time_follows_group_tier_and_company(desk: Desk) -> None:
    take(desk, letter(1))
    assert hours_left(desk) == 8
    ticket = one(desk, "Question 1")
    row: dict[str, Value] = {"name": "Acme", "tier": "gold"}
    change(desk, put("oacme", row))
    assert hours_left(desk) == 8
    change(desk, Change(ticket.customer, "account", "oacme"))
    assert hours_left(desk) == 1
    change(desk, Change("oacme", "tier", "silver"))
    assert hours_left(desk) == 8
    change(desk, Change(ticket.id, "grp", "billing"))
    assert hours_left(desk) == 2


def test_a_policy_that_is_off_or_unreadable_is_passed_over(desk: Desk) -> None:
    take(desk, letter(1))
    change(desk, Change(one(desk, "Question 1").id, "grp", "billing"))
    assert hours_left(desk) == 2
    doc = desk.doc("policy", "billing")
    change(desk, Change(doc.id, "active", 0))
    assert hours_left(desk) == 8
    change(desk, Change(doc.id, "active", 1), Change(doc.id, "body", "first = no"))
    assert hours_left(desk) == 8
    here = promised.promised(desk.conn)
    assert [policy.name for policy in here.policies] == ["gold", "standard"]


def test_a_wrong_scope_is_pointed_at(desk: Desk) -> None:
    from store.errors import DocError

    with pytest.raises(DocError, match="priority has to be a list of numbers"):
        read_policy("priority = [7]\n")
    with pytest.raises(DocError, match="tier has to be a list"):
        read_policy('tier = "gold"\n')
