"""The four states, and a terminal that is too small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from deskterm.app import ending
from tests.pictures.conftest import Taken
from tests.pictures.scenes import MEDIUM, STATES, Scene
from tests.rigs.stage import plain_environment


@pytest.mark.parametrize("scene", STATES, ids=lambda scene: scene.name)
def test_states(scene: Scene, same: Taken) -> None:
    assert same(scene)


class Shell(App[None]):
    """A terminal after a program has ended in it."""

    CSS = "Screen { background: black; color: white; } Static { height: auto; }"

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    def compose(self) -> ComposeResult:
        yield Static(f"$ deskterm\n{self._said}\n$ ", markup=False)


def test_the_ending_after_a_mistake(snap_compare: Callable[..., bool], tmp_path: Path) -> None:
    """As a terminal shows it once it was put back: no screen, and nothing of what the mistake held."""
    try:
        raise RuntimeError("hunter2, a value of the moment")
    except RuntimeError as error:
        said = ending(tmp_path, error)
    assert "hunter2" not in said
    with plain_environment():
        shown = said.replace(str(tmp_path), "~/.local/share/deskterm")
        assert all(len(line) < MEDIUM[0] for line in shown.splitlines())
        assert snap_compare(Shell(shown), terminal_size=MEDIUM)
