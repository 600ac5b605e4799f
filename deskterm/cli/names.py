"""Names that a shell can complete, read straight from the desk's file while somebody waits at a key.

Opens no desk: it founds, migrates and locks nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from deskterm.cli import home

Complete = Callable[[click.Context, click.Parameter, str], list[str]]

PATIENCE = 0.5
"""Seconds a key press waits for a file that another program writes."""


def docs(kind: str = "") -> Complete:
    """Completes names of docs of a kind; of the one the command line names, where none is given."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
        found = _names(ctx, kind or str(ctx.params.get("kind")))
        return [name for name in found if name.casefold().startswith(begun.casefold())]

    return complete


def _names(ctx: click.Context, kind: str) -> list[str]:
    """Names a shell can show; none where there is no desk to ask."""
    import sqlite3

    place = home.of(ctx) / "desk.db"
    if not place.is_file():
        return []
    find = "SELECT name FROM doc WHERE kind = ? AND _deleted IS NULL ORDER BY name"
    try:
        conn = sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            rows = conn.execute(find, (kind,)).fetchall()
        finally:
            conn.close()
    except sqlite3.Error:
        return []  # A key press is no place for a sentence; the verb itself says what is wrong.
    return [str(row[0]) for row in rows if str(row[0]).isprintable()]
