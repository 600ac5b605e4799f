"""Days of a query: those of the clock a person looks at, wherever it is asked from."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import panes
from deskterm.automation import Automation
from deskterm.config import Settings
from tests.rigs.mail import letter, one, opened, take

NINE = 1_790_240_400
"""2026-09-24, 9:00 UTC; 23:00 in Kiritimati."""


def test_a_filter_and_a_queue_mean_the_days_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    now = [NINE]
    with opened(tmp_path / "home", Settings(agent="ana"), lambda: float(now[0])) as desk:
        take(desk, letter(1, when=NINE))
        now[0] += 2 * 3_600
        ticket = one(desk, "Question 1")
        assert panes.matching(desk, "created:yesterday") == [ticket.id]
        assert panes.matching(desk, "created:today") == []
        assert panes.pages(desk, "created:yesterday", "newest").count() == 1


def test_a_rule_that_waits_means_the_days_of_the_desk(tmp_path: Path) -> None:
    now = [NINE]
    with opened(tmp_path / "home", Settings(agent="ana"), lambda: float(now[0])) as desk:
        desk.save_doc("hours", "office", 'zone = "Pacific/Kiritimati"\nweek = "24/7"\n')
        for day in ("today", "yesterday"):
            text = f'when = "waited"\nfor = "1h"\nmatch = "created:{day}"\n[do]\ntags = ["{day}"]\n'
            desk.save_doc("rule", day, text)
        rules = Automation(desk)
        rules.begin()
        take(desk, letter(1, when=NINE))
        now[0] += 2 * 3_600
        rules.run()
        assert one(desk, "Question 1").tags == ("yesterday",)
