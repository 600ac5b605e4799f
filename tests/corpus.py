"""Answers the cases of one behaviour of the case collection through the product's own code.

python tests/corpus.py BEHAVIOUR --root DIR < cases.jsonl > answers.jsonl
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(arguments: list[str] | None = None) -> int:
    """Read cases from standard input, print an answer for each. 2 when nothing answers for the behaviour."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("behaviour")
    parser.add_argument("--root", type=Path, required=True, help="the folder that case paths begin in")
    given = parser.parse_args(arguments)
    answer = find(given.behaviour)
    if answer is None:
        print(f"Nothing answers for {given.behaviour!r}; there is {', '.join(known())}.", file=sys.stderr)
        return 2
    for line in sys.stdin:
        if line.strip():
            case = json.loads(line)
            print(json.dumps({"id": case["id"], **answer(case, given.root)}), flush=True)
    return 0


def find(behaviour: str) -> Any:
    """The function that answers for a behaviour, or None."""
    if not re.fullmatch(r"[a-z]+", behaviour) or behaviour not in known():
        return None
    return importlib.import_module(f"tests.answers.{behaviour}").answer


def known() -> list[str]:
    """Behaviours there is an answer for."""
    folder = Path(__file__).resolve().parent / "answers"
    return sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))


if __name__ == "__main__":
    sys.exit(main())
