"""The picture of the README, drawn by the program itself: `python -m tests.pictures.readme`.

Writes `readme.svg` beside this file: the main screen of the practice desk, dark, 120 columns and 40 rows.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rigs.stage import on_stage

PICTURE = Path(__file__).with_name("readme.svg")


async def drawn(folder: Path) -> str:
    """The SVG."""
    async with on_stage(folder, size=(120, 40), theme="dark") as stage:
        await stage.press("j", "e", "k")
        await stage.settle()
        return stage.app.export_screenshot(title="deskterm", simplify=True)


def main() -> None:
    with TemporaryDirectory() as folder:
        PICTURE.write_text(asyncio.run(drawn(Path(folder))), encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
