"""The parts of README.md that the program makes: the table of keys and the pictures of the practice desk.

`make keys` writes the table, and tests/test_house.py fails when it is behind the list of actions.
`make pictures` takes the pictures.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from deskterm.actions import key_table_markdown
from deskterm.desk import Desk
from tests.paths import ROOT
from tests.pictures import series

README = ROOT / "README.md"
PICTURE = ROOT / "tests" / "pictures" / "desk.svg"
BEGIN = "<!-- keys: written by `make keys` from deskterm/actions.py -->"
END = "<!-- end of keys -->"
MORNING = 1_780_000_000
"""The moment of the picture, so that taking it again changes only what the program changed."""


def with_keys(text: str) -> str:
    """The README with its table of keys made new. Raises ValueError when the markers are not there once."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in after:
        raise ValueError(f"README.md has to hold {BEGIN} and {END}, each once and in this order.")
    return f"{before}{BEGIN}\n\n{key_table_markdown().strip()}\n\n{END}{after}"


def write_keys() -> None:
    was = README.read_text(encoding="utf-8")
    now = with_keys(was)
    if now != was:
        README.write_text(now, encoding="utf-8")
    print("README.md: the keys are " + ("as they were." if now == was else "new."))


def take_picture() -> None:
    """The main screen of a practice desk made for this, as it stands on a terminal of 120 by 40."""
    os.environ.update(TZ="UTC", COLORTERM="truecolor", TERM="xterm-256color")
    os.environ.pop("NO_COLOR", None)
    from deskterm.demo.load import prepare

    with tempfile.TemporaryDirectory() as folder:
        desk = prepare(Path(folder) / "desk", now=MORNING)
        try:
            PICTURE.write_text(asyncio.run(_picture_of(desk)), encoding="utf-8")
        finally:
            desk.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")


async def _picture_of(desk: Desk) -> str:
    from deskterm.app import DesktermApp

    app = DesktermApp(desk, sync=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        return app.export_screenshot(title="deskterm", simplify=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["picture"]:
        take_picture()
        series.write()
    else:
        write_keys()
