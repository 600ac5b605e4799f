"""How fast the letters of one bulk act leave, so that no server takes the desk for a sender of junk.

Pure. What does not leave in the first minute can be called back for as long as it waits.
"""

from __future__ import annotations

WRITTEN = 200
"""Letters a slow machine writes in a second, at the least."""


def leaves_at(n: int, *, of: int, now: int, after: int, per_minute: int) -> int:
    """When the n-th letter (from 0) `of` so many of an act may leave, Unix seconds; 0 a minute paces nothing.

    Thousands take a while to be written; the time in which all can be called back begins after that.
    """
    minutes = n // per_minute if per_minute else 0
    return now + of // WRITTEN + after + 60 * minutes
