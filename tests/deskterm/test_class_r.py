"""Class R of the faults where rules run: what grows with rules and letters, what letters can say."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deskterm import automation, live, replies, writing
from deskterm.automation import Automation
from store.rules import firing
from tests.rigs.mail import DAY, Clock, all_tickets, box, letter, messages, one, opened, settings, take


def _cost(home: Path, patch: pytest.MonkeyPatch, *, rules: int, letters: int) -> Counter[str]:
    """What a run over fresh letters costs, in steps that do not depend on the machine."""
    cost: Counter[str] = Counter()
    matches, begins = firing.matches, automation.read_rule

    def matched(*given: Any, **named: Any) -> bool:
        cost["asked"] += 1
        return matches(*given, **named)

    def began(*given: Any, **named: Any) -> Any:
        cost["read"] += 1
        return begins(*given, **named)

    with opened(home, settings(box()), Clock()) as desk, patch.context() as patched:
        for n in range(rules):
            desk.save_doc(
                "rule", f"R{n}", f'when = "received"\nmatch = "zebra{n} OR tag:z{n}"\n[do]\ntags = ["a"]\n'
            )
        work = Automation(desk)
        work.begin()
        take(desk, *(letter(n) for n in range(letters)))
        patched.setattr(firing, "matches", matched)
        patched.setattr(automation, "read_rule", began)
        conn: sqlite3.Connection = desk.conn
        conn.set_trace_callback(lambda _: cost.update(("statements",)))
        assert work.run() == 0
        conn.set_trace_callback(None)
    return cost


def test_R09_rules_times_letters_is_what_it_costs_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = _cost(tmp_path / "small", monkeypatch, rules=8, letters=6)
    rules = _cost(tmp_path / "rules", monkeypatch, rules=32, letters=6)
    letters = _cost(tmp_path / "letters", monkeypatch, rules=8, letters=24)
    assert small["asked"] == 8 * 6
    assert rules["asked"] == 4 * small["asked"]
    assert letters["asked"] == 4 * small["asked"]
    assert rules["read"] <= 32 and letters["read"] <= 8, "a rule is read once, not once a letter"
    assert rules["statements"] == small["statements"], "more rules read no more of the desk"
    assert letters["statements"] <= 4 * small["statements"]


def test_R05_what_a_customer_wrote_stays_literal_in_the_letter_of_a_rule(tmp_path: Path) -> None:
    clock, evil = Clock(), "{{ agent.email }}{% raw %}{{7*7}}"
    with opened(tmp_path / "home", settings(box()), clock) as desk:
        live.open_(desk)
        desk.save_doc(
            "rule", "Ask",
            'when = "waited"\nfor = "1d"\nsince = "last_out"\n[do]\n'
            'reply = "Hello {{ customer.name }}, about {{ ticket.subject }}"\n'
            'note = "{{ customer.name }} / {{ ticket.subject }}"\n',
        )  # fmt: skip
        work = Automation(desk)
        work.begin()
        take(desk, letter(1, subject=evil, sender=f'"{evil}" <c1@customers.example>', text=evil))
        ticket = one(desk, evil)
        writing.reply(desk, ticket, replies.Reply("We look.", writing.prepare(desk, ticket).to))
        clock.ahead += 2 * DAY
        assert work.run() == 1
        said = [desk.text(message) for message in messages(desk, ticket)]
        assert said[-2:].count(f"Hello {evil}, about {evil}") == 1
        assert said[-2:].count(f"{evil} / {evil}") == 1
        assert len(all_tickets(desk)) == 1
