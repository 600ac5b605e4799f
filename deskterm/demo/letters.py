"""The practice desk's mail: every tale played at a moment, as scenes and as one line of steps.

Deterministic: the same moment gives the same bytes. Knows nothing of intake, store or screen.
"""

from __future__ import annotations

from deskterm.demo.scene import Received, Scene, Step
from deskterm.demo.tale import play
from deskterm.demo.tales import closed, later, solved, strange, today, urgent, waiting

_ROOMS = (closed, solved, waiting, later, strange, today, urgent)


def scenes(now: int) -> tuple[Scene, ...]:
    """All scenes at `now` (Unix seconds), those that began first coming first."""
    tales = [tale for room in _ROOMS for tale in room.TALES]
    return tuple(sorted(play(tales, now=now), key=lambda scene: (scene.steps[0].at, scene.key)))


def timeline(now: int) -> tuple[tuple[str, Step], ...]:
    """Every step of every scene in order of time, with the scene's key: what a loader plays."""
    steps = [(scene.key, step) for scene in scenes(now) for step in scene.steps]
    return tuple(sorted(steps, key=lambda pair: pair[1].at))


def letters(now: int) -> tuple[bytes, ...]:
    """Only the raw letters that came in, oldest first."""
    return tuple(step.raw for _, step in timeline(now) if isinstance(step, Received))
