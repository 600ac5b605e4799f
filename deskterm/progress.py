"""How fast a long reading goes and how long it will take, from what was told and when. Pure."""

from __future__ import annotations

from collections import deque

from msgspec import Struct, field

SPAN = 60.0
"""Seconds the pace is taken from; older ones say nothing about a line that has become slow."""


class Pace(Struct):
    """Watches one reading."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque[tuple[float, int]])

    def told(self, so_far: int, *, at: float) -> None:
        """So many letters at this moment, in seconds. A count that goes down begins anew."""
        if self._seen and so_far < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at, so_far))
        while len(self._seen) > 2 and self._seen[0][0] < at - SPAN:
            self._seen.popleft()

    def per_second(self) -> float:
        """Letters a second lately; 0 before two moments are known."""
        if len(self._seen) < 2:
            return 0.0
        (first, few), (last, many) = self._seen[0], self._seen[-1]
        return (many - few) / (last - first) if last > first else 0.0

    def words(self, left: int, *, noun: str = "letters") -> str:
        """`310 letters/s, 13 min left`, or nothing while too little is known."""
        pace = self.per_second()
        if pace <= 0:
            return ""
        return f"{_rounded(pace)} {noun}/s, {_length(left / pace)} left"


def _rounded(pace: float) -> str:
    return f"{pace:,.0f}" if pace >= 10 else f"{pace:.1f}"


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"
