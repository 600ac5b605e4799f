"""Stamps: unique, rising, sortable 63-bit times that are also the ids of entries.

A hybrid clock after Kulkarni et al., "Logical Physical Clocks" (2014): milliseconds since 2020 in 42
bits, a counter in 9, the replica slot in 12. Pure; the state lives in the desk's `meta` table.
"""

from __future__ import annotations

EPOCH_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z in Unix milliseconds."""

SLOT_BITS = 12
COUNTER_BITS = 9
SLOT_MASK = (1 << SLOT_BITS) - 1

LAST = (1 << 63) - (1 << 33)
"""The largest stamp an entry may carry: the year 2159, with room above it for edits of what it set."""

TRUSTED_AHEAD_MS = 10 * 60 * 1000
"""A received stamp further ahead of our wall clock than this does not move our clock."""


def make(wall_ms: int, *, last: int, slot: int) -> int:
    """The next stamp of `slot`: the wall clock, or just above `last` where that is not behind.

    An overflowing counter borrows the next millisecond, so a burst never blocks.
    """
    tick = max(max(wall_ms - EPOCH_MS, 0) << COUNTER_BITS, (last >> SLOT_BITS) + 1)
    return tick << SLOT_BITS | slot


def above(winner: int, *, fut: int, slot: int) -> int:
    """A stamp of `slot` above a winner that lies in the future, unique among such stamps of ours."""
    tick = max(winner >> SLOT_BITS, fut >> SLOT_BITS) + 1
    return tick << SLOT_BITS | slot


def slot_of(stamp: int) -> int:
    return stamp & SLOT_MASK


def unix(stamp: int) -> int:
    """Whole Unix seconds of a stamp."""
    return unix_ms(stamp) // 1000


def unix_ms(stamp: int) -> int:
    return (stamp >> (SLOT_BITS + COUNTER_BITS)) + EPOCH_MS


def first_at(seconds: int) -> int:
    """The smallest stamp that can be made at or after this Unix second."""
    return max(seconds * 1000 - EPOCH_MS, 0) << (SLOT_BITS + COUNTER_BITS)


def trusted(stamp: int, *, wall_ms: int) -> bool:
    """Whether a received stamp is near enough to our wall clock to move our own clock."""
    return unix_ms(stamp) <= wall_ms + TRUSTED_AHEAD_MS
