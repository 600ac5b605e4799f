"""The picture series of the README is of today, and stands in it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from xml.etree import ElementTree

from tests.pictures import series
from tests.readme import README


def test_the_series_of_the_readme_is_of_today(tmp_path: Path) -> None:
    taken = asyncio.run(series.pictures(tmp_path))
    there = {path.name: path.read_text(encoding="utf-8") for path in series.FOLDER.glob("*.svg")}
    assert there.keys() == taken.keys()
    changed = [name for name, picture in taken.items() if picture != there[name]]
    assert not changed, f"`make pictures` takes them anew, then look: {changed}"
    assert series.markdown() in README.read_text(encoding="utf-8")
    for picture in taken.values():
        assert len(picture) < 40_000
        ElementTree.fromstring(picture)
