"""Which desk a verb works on: the home from the command line, and the open Desk for the time of the verb."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deskterm.cli import say

if TYPE_CHECKING:
    from deskterm.desk import Desk

VARIABLE = "DESKTERM_HOME"


def default() -> Path:
    """The data folder this platform gives to programs."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "deskterm"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "deskterm"
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "deskterm"


def path() -> Path:
    """The home of this call: `--home`, DESKTERM_HOME, or the default."""
    return of(click.get_current_context())


def of(ctx: click.Context) -> Path:
    """The home of the call a context belongs to."""
    found: object = ctx.find_root().params.get("home")
    return Path(str(found)).expanduser() if found else default()


def plain() -> bool:
    """Whether to work line by line: `--plain`, or `plain = true` in config.toml. Raises ConfigError."""
    from deskterm import config

    asked = bool(click.get_current_context().find_root().params.get("plain"))
    return asked or config.load(path()).plain


@contextmanager
def opened(*, found: bool = False) -> Generator[Desk]:
    """The desk, closed afterwards. Only with `found` may a new one be made. Raises NotFound."""
    from deskterm.cli import older
    from deskterm.desk import FILE
    from store.errors import NotFound

    home = path()
    if not found and not (home / FILE).exists():
        raise NotFound(
            f"There is no desk in {home} yet. `deskterm setup` makes one, `deskterm demo` shows one at work."
        )
    desk = older.opened(home)
    try:
        yield desk
        if desk.read_only:
            say.told(desk.read_only)
    finally:
        desk.close()
