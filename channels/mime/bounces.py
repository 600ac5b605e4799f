"""Delivery reports: is this letter one, about whom, about which letter, and is the address dead."""

from __future__ import annotations

from channels.letter import Address, Bounce
from channels.mime.tree import Node


def bounce(root: Node, *, sender: tuple[Address, ...], subject: str, text: str) -> Bounce | None:
    """The report, or None when the letter is an ordinary one."""
    return None
