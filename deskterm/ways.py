"""How the ways out fare: which servers are away, which refused a login, and when each is tried again.

Remembered while a process lives and no longer; what must survive stands in the outbox. No network, no store.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from msgspec import Struct, field

from deskterm.config import Box

if TYPE_CHECKING:
    from channels.passwords import Secret

Secrets = Callable[[Box], "Secret"]

SEND, COPY, PROOF = "send", "copy", "proof"
"""What a way is for: letters out, their copies into the Sent folder, or a look for proof there."""

GRACE = 120
"""Seconds old replies wait for the news of a mailbox that was away; its server may be gone for good."""

_WAITS = (15, 60, 120, 300, 600, 900)
"""Seconds until a server that is away is tried again; the last one repeats."""


class Ways(Struct):
    """The ways of all mailboxes. `ask` may be called from any thread, the rest from the sender's."""

    _down: dict[tuple[str, str], tuple[float, int]] = field(
        default_factory=dict[tuple[str, str], tuple[float, int]]
    )
    """Way to the moment of its next trial and how often it failed in a row."""
    _asked: set[str] = field(default_factory=set[str])
    _deaf: dict[str, float] = field(default_factory=dict[str, float])
    """Mailboxes whose news is not read, with the moment replies began to wait for it; 0: none did yet."""

    def deafen(self, name: str) -> None:
        """Nothing is heard from this mailbox until `heard`; it may be called from any thread."""
        self._deaf.setdefault(name, 0.0)

    def heard(self, name: str) -> None:
        """What came to this mailbox is in the desk; it may be called from any thread."""
        self._deaf.pop(name, None)

    def deaf(self, name: str, now: float) -> bool:
        """Whether a reply that has waited long should wait on, until the news of its mailbox is read."""
        began = self._deaf.get(name)
        if began == 0.0:
            self._deaf[name] = began = now
        return began is not None and now - began < GRACE

    def deaf_until(self, name: str) -> float:
        """When such a reply stops waiting, Unix seconds; 0 where it does not wait."""
        began = self._deaf.get(name)
        return began + GRACE if began else 0.0

    def ask(self, name: str = "") -> None:
        """Try this mailbox again now (all of them without a name): a person asked, or its server is back."""
        self._asked.add(name)

    def take_asked(self) -> Callable[[str], bool]:
        """Which mailboxes were asked for since the last time; what is known of their ways is forgotten."""
        asked = {self._asked.pop() for _ in range(len(self._asked))}
        for way in [way for way in self._down if "" in asked or way[1] in asked]:
            del self._down[way]
        return lambda name: "" in asked or name in asked

    @property
    def asked(self) -> bool:
        """Whether somebody asked since the last round."""
        return bool(self._asked)

    def down_until(self, what: str, name: str) -> float:
        """Unix seconds before which a way is not tried; 0 when it stands."""
        return self._down.get((what, name), (0.0, 0))[0]

    def failed(self, what: str, name: str, *, now: float, refused: bool = False) -> float:
        """A way did not stand; returns when it is tried again. A refused login waits until asked for."""
        times = self._down.get((what, name), (0.0, 0))[1] + 1
        until = inf if refused else now + _WAITS[min(times, len(_WAITS)) - 1]
        self._down[what, name] = (until, times)
        return until

    def stands(self, what: str, name: str) -> None:
        """A way worked."""
        self._down.pop((what, name), None)
