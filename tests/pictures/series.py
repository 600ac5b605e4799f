"""The picture series of the README: a morning on the practice desk, one picture a step.

`make pictures` writes them, test_series.py fails when they are not of today.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests import frames
from tests.paths import ROOT
from tests.rigs.stage import on_stage

FOLDER = ROOT / "tests" / "pictures" / "morning"
SIZE = (100, 28)
ANSWER = (
    "Hi Dana,\n\nwe found it: exports above 10k rows hit a time limit that 2.3 lowered by mistake."
    " It is lifted for your workspace, so the June file runs through now.\n\nBest, Marek"
)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    keys: tuple[str, ...]
    words: str
    """What the README says below it."""
    shows: str
    """What stands on the screen when it is whole."""


STEPS = (
    Step("1-queue", (), "The queue, with the promise that breaks next on top.", "by SLA"),
    Step("2-read", ("enter",), "`enter` reads: letters and notes, what is quoted folded.", "signature"),
    Step("3-reply", ("r", f"={ANSWER}"), "`r` answers. The draft is on disk a second later.", "draft saved"),
    Step(
        "4-send",
        ("escape", "y"),
        "`esc` and `y` send and solve; `z` calls it back at first.",
        "to undo",
    ),
    Step("5-macro", ("escape", "m"), "`m`: a macro, with what it would do beside it.", "would change"),
    Step(
        "6-history",
        ("escape", "g", "h"),
        "`g h`: what happened; `z` takes back one act.",
        "undoes that",
    ),
)


async def pictures(folder: Path) -> dict[str, str]:
    """Every picture by its file name, from one sitting."""
    found: dict[str, str] = {}
    async with on_stage(folder, size=SIZE) as stage:
        for step in STEPS:
            await stage.press(*step.keys)
            await stage.until(lambda step=step: step.shows in stage.text)
            found[f"{step.name}.svg"] = frames.svg(stage.strips)
    return found


def write() -> None:
    """Take them anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in asyncio.run(pictures(Path(folder))).items():
            (FOLDER / name).write_text(picture, encoding="utf-8")
            print(f"{(FOLDER / name).relative_to(ROOT)}: {len(picture):,} bytes")


def markdown() -> str:
    """The series as it stands in the README."""
    rows = [f"{step.words}\n\n![{step.name[2:]}](tests/pictures/morning/{step.name}.svg)\n" for step in STEPS]
    return "\n".join(rows)
