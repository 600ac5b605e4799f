"""How often Python looks for values that only hold each other, and for how long everything then stands still.

A look halts all threads, about a microsecond for each value it goes through. Knows nothing of a desk.
"""

from __future__ import annotations

import gc

PORTION = 2_000
"""New values at one look, while somebody waits for keys: a halt of milliseconds, and mail a fifth slower."""
VERB = 50_000
"""New values at one look of a process that does one thing and ends: what it loads stays to the end."""


def for_a_verb() -> None:
    """From the start of a process of the shell."""
    gc.set_threshold(VERB, 10, 10)


def for_a_screen() -> None:
    """After the first paint: what is there stays, and of what comes a little is looked through at a time."""
    gc.freeze()
    gc.set_threshold(PORTION, 10, 10)
    gc.enable()
