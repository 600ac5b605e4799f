"""Which tickets of a queue are selected: some, all in the filter, or all but some.

Pure. Holds ids only, and for "all" just the exceptions, so a million lines cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable


class Picked:
    """A selection that can be everything without listing it."""

    def __init__(self) -> None:
        self.everything = False
        self.ids: set[str] = set()
        """The selected ones, or the exceptions when everything is selected."""

    def __contains__(self, ticket: str) -> bool:
        return (ticket in self.ids) != self.everything

    def toggle(self, ticket: str) -> None:
        """Select or drop one."""
        self.ids ^= {ticket}

    def put(self, tickets: Iterable[str], *, selected: bool) -> None:
        """Select or drop several."""
        if selected != self.everything:
            self.ids.update(tickets)
        else:
            self.ids.difference_update(tickets)

    def all(self) -> None:
        """Select everything there is."""
        self.everything, self.ids = True, set()

    def clear(self) -> bool:
        """Drop the selection; whether there was one."""
        had = self.everything or bool(self.ids)
        self.everything, self.ids = False, set()
        return had

    def count(self, total: int) -> int:
        """How many are selected of a queue of `total`."""
        return max(total - len(self.ids), 0) if self.everything else len(self.ids)
