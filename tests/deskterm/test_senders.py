"""The name letters leave under. Knows no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import writing
from deskterm.config import Box, Settings
from deskterm.desk import Desk


@pytest.mark.parametrize(
    ("name", "agent", "sender"),
    [
        ("Acme Help", "Ana", "Acme Help <help@acme.example>"),
        ("", "Ana", "Ana <help@acme.example>"),
        ("", Settings().agent, "help@acme.example"),
    ],
)
def test_letters_leave_under_the_name_of_the_mailbox_or_the_agent(
    tmp_path: Path, name: str, agent: str, sender: str
) -> None:
    one = Settings(agent=agent, mailbox={"help": Box(address="help@acme.example", name=name)})
    desk = Desk.open(tmp_path, settings=one)
    try:
        assert writing.sender_of(desk, writing.begin(desk, "Question")).sender == sender
    finally:
        desk.close()
