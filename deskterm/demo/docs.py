"""The practice desk's docs as texts: its own macros, and those of the starter pack that hand tickets on.

Reads the two folders and nothing else.
"""

from __future__ import annotations

from importlib.resources import files

FROM_STARTER = ("Escalate to Engineering", "Escalate to Tier 2", "Tell the CSM")


def macros() -> tuple[str, ...]:
    """The texts of the macros, in the order of their file names."""
    own = files("deskterm.demo").joinpath("macros")
    found = {entry.name: entry for entry in own.iterdir() if entry.name.endswith(".md")}
    starter = files("deskterm.packs").joinpath("starter", "macro")
    for name in FROM_STARTER:
        found[name.lower().replace(" ", "-")] = starter.joinpath(f"{name}.md")
    return tuple(found[name].read_text("utf-8") for name in sorted(found))
