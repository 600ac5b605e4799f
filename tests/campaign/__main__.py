"""`python -m tests.campaign` plays random faults and prints a score; `python -m tests.campaign scoreboard`
writes the table of all numbered faults and of the last campaign into CONTRIBUTING.md."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.campaign import bound, cases, scoreboard


@dataclass
class Score:
    """What became of one class."""

    tried: int = 0
    failed: int = 0
    seconds: float = 0.0
    first_seed: int = 0
    faults: list[str] = field(default_factory=list)
    """The first few, each with its seed."""

    @property
    def line(self) -> str:
        per_thousand = 1000 * self.failed / max(self.tried, 1)
        limit = bound.upper(self.failed, self.tried) if self.tried else 1.0
        counts = f"{self.tried:>7,}  {self.failed:>6,}  {per_thousand:>8.1f}"
        return f"{counts}  {limit:>9.3%}  {self.seconds:>5.0f} s"


def play(name: str, *, seed: int, seconds: float, count: int | None) -> Score:
    """Cases of one class until the time or the count is used up."""
    score, began = Score(first_seed=seed), time.monotonic()
    for one in cases.seeds(seed):
        if (score.tried >= count) if count is not None else (time.monotonic() - began >= seconds):
            break
        faults = cases.played(name, one)
        score.tried += 1
        score.failed += bool(faults)
        if faults and len(score.faults) < 5:
            score.faults.append(f"{name} seed {one}: {faults[0]}")
    score.seconds = time.monotonic() - began
    return score


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when any case failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["play", "scoreboard"], default="play")
    parser.add_argument("--classes", default="SODP", help="letters of the classes to play (all: SODP)")
    parser.add_argument("--seconds", type=float, default=300.0, help="for all classes together (300)")
    parser.add_argument("--count", type=int, help="cases of each class, whatever time that takes")
    parser.add_argument("--report", type=Path, help="scoreboard: read this report of `pytest --junitxml`")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first seed (the time)")
    given = parser.parse_args(arguments)
    if given.what == "scoreboard":
        return scoreboard.write(given.report)
    # The servers on loopback say what they think of each cut; the score says what matters.
    logging.disable(logging.WARNING)
    print(f"seed {given.seed}\nclass    cases  failed  per 1000  95% bound   time")
    scores: dict[str, Score] = {}
    for name in given.classes:
        share = given.seconds / len(given.classes)
        scores[name] = play(name, seed=given.seed, seconds=share, count=given.count)
        print(f"{name}      {scores[name].line}", flush=True)
        for fault in scores[name].faults:
            print(f"  {fault}", flush=True)
    kept = {"seed": given.seed, "day": time.strftime("%Y-%m-%d"), "classes": {}}
    kept["classes"] = {name: asdict(score) for name, score in scores.items()}
    scoreboard.LAST.write_text(json.dumps(kept))
    return int(any(score.failed for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
