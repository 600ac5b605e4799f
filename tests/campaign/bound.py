"""How often something may fail that failed so often in so many tries. Pure."""

from __future__ import annotations

import math

SURE = 0.95


def upper(failed: int, tried: int) -> float:
    """The share of failures that is not exceeded with 95 % confidence.

    One-sided Clopper-Pearson (Biometrika 26, 1934); without a failure it is about 3 / tried.
    """
    if failed >= tried:
        return 1.0
    low, high = failed / tried, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(failed, tried, middle) > 1 - SURE else (low, middle)
    return high


def _at_most(failed: int, tried: int, share: float) -> float:
    """The chance of at most so many failures when each try fails with this chance."""
    logs = (
        math.lgamma(tried + 1) - math.lgamma(n + 1) - math.lgamma(tried - n + 1)
        + n * math.log(share) + (tried - n) * math.log1p(-share)
        for n in range(failed + 1)
    )  # fmt: skip
    return sum(map(math.exp, logs))
