"""Verbs that only read, as a person meets them: a process from its start to its end.

On TICKETS (50,000 otherwise) and on a desk of 40, beside an interpreter that does nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path

from tests.bench.bench_paint import ENV
from tests.bench.desk_made import built
from tests.paths import ROOT
from tests.rigs.terminal import PYTHON

TICKETS = int(os.environ.get("TICKETS", "50000"))
ROUNDS = 5
VERBS = (
    ("ls", "--limit", "50"),
    ("ls", "is:late tag:refund", "--limit", "50"),
    ("ls", "from:c77@", "--limit", "50"),
    ("show", "1"),
    ("show", "2"),
    ("search", "invoice", "--limit", "20"),
    ("why", "2"),
    ("sla", "why", "2"),
    ("history", "2"),
    ("outbox",),
    ("doctor", "--offline"),
    ("ls",),
)


def ran(*command: str) -> tuple[float, float]:
    """Milliseconds of the clock and of the processor, the output thrown away."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, env=ENV, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return (time.perf_counter() - began) * 1000, cpu * 1000


def middle(took: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(one[0] for one in took), statistics.median(one[1] for one in took)


def verb(home: Path, *words: str) -> tuple[float, float]:
    return ran(PYTHON, "-m", "deskterm", "--home", str(home), *words)


def main() -> None:
    """Print the table."""
    many, few = built(TICKETS), built(40)
    floor = middle([ran(PYTHON, "-c", "pass") for _ in range(ROUNDS)])
    print(
        f"  {TICKETS:,} tickets, ms (of a processor); an interpreter alone: {floor[0]:.0f} ({floor[1]:.0f})"
    )
    for words in VERBS:
        verb(few, *words)
        took = [(verb(few, *words), verb(many, *words)) for _ in range(ROUNDS)]
        small, large = middle([one[0] for one in took]), middle([one[1] for one in took])
        name = f"deskterm {' '.join(words)}"
        print(
            f"  {name:<48} {large[0]:8.0f} ({large[1]:.0f})   on 40 tickets {small[0]:.0f} ({small[1]:.0f})"
        )
    print("    goal: 120 ms for a verb that only reads and is not asked for everything")


if __name__ == "__main__":
    main()
