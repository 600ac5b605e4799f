"""The practice desk's docs as texts: the starter macros. Reads its own folder and nothing else."""

from __future__ import annotations

from importlib.resources import files


def macros() -> tuple[str, ...]:
    """The texts of the starter macros, in the order of their file names."""
    folder = files("deskterm.demo").joinpath("macros")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda e: e.name)
    return tuple(entry.read_text("utf-8") for entry in found)
