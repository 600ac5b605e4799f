"""How a picture is taken: a desk of its own, a clock that stands still, a terminal all is known of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from deskterm.app import DesktermApp
from deskterm.keymap import Keymap
from tests.pictures.scenes import Scene
from tests.rigs.stage import Stage, copied, opened, plain_environment

Taken = Callable[[Scene], bool]


@pytest.fixture
def same(
    snap_compare: Callable[..., bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Taken]:
    """Whether a scene looks as it did when its picture was taken; a key half typed waits for us."""
    monkeypatch.setattr(Keymap, "WAIT", 60.0)
    with plain_environment():
        yield lambda scene: _compared(scene, snap_compare, tmp_path)


def _compared(scene: Scene, snap_compare: Callable[..., bool], folder: Path) -> bool:
    desk, clock = opened(copied(folder), **scene.settings)
    app = DesktermApp(desk, sync=False)

    async def play(pilot: Pilot[int]) -> None:
        stage = Stage(app, pilot, clock)
        await stage.settle()
        await stage.press(*scene.keys)
        if scene.end is not None:
            await scene.end(stage)
        await stage.settle()

    try:
        return snap_compare(app, terminal_size=scene.size, run_before=play)
    finally:
        desk.close()
