"""Letters triaged by keys only, and the keys counted: `pytest -s` prints how many a ticket took."""

from __future__ import annotations

from pathlib import Path

from tests.rigs.stage import on_stage
from tests.rigs.triage import BY_SUBJECT, KINDS, arrive, triage

MOST = 2.5
"""Keys a ticket may take, its words and the way to it counted as far as they are keys."""


async def test_a_ticket_takes_two_keys_and_a_half_at_most(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(80, 24)) as stage:
        tickets = arrive(stage.desk, share=8)
        score = await triage(stage, tickets)
        print("\n" + "\n".join(score.lines()))
        found = [stage.desk.ticket(ticket) for ticket in tickets]
        assert not [one for one in found if not BY_SUBJECT[one.subject].done(one)]
        assert sum(score.tickets.values()) == len(tickets) and len(score.tickets) == len(KINDS)
        assert score.each <= MOST
