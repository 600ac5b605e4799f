"""What a theme must define: one ink for every role a drawn thing can play.

Colours only. Knows nothing of the desk; the widgets ask for a role and never for a colour.
"""

from __future__ import annotations

from msgspec import Struct
from textual.theme import Theme

SAME = "transparent"
"""The background that is already there."""


class Ink(Struct, frozen=True):
    color: str
    """`#rrggbb` or an `ansi_` name."""
    on: str = SAME
    style: str = "none"
    """`bold`, `underline`, `reverse`, several of them, or `none`."""


class Palette(Struct, frozen=True):
    """One theme. A field without a value is a type error, so no theme can forget a role."""

    text: Ink
    """Letters, subjects; its background is the background of the desk."""
    dim: Ink
    """What is there but seldom read: times, counts, addresses."""
    line: Ink
    """Rules and frames."""
    title: Ink
    """A pane's title."""
    focus: Ink
    """The title of the pane that has the keys."""
    band: Ink
    """Breached, next hour, today."""
    cursor: Ink
    """The row under the cursor while the list has the keys; its background lies under other roles."""
    resting: Ink
    """The same while another pane has the keys."""
    mark: Ink
    """The `x` of a selected row and the count of them."""
    unread: Ink
    calm: Ink
    soon: Ink
    late: Ink
    paused: Ink
    done: Ink
    urgent: Ink
    """Priority 1."""
    customer: Ink
    """Who wrote, when a customer did."""
    agent: Ink
    """Who wrote, when one of us did."""
    note: Ink
    """A note: the frame, the label and who wrote it."""
    quote: Ink
    """Quoted text and signatures."""
    file: Ink
    key: Ink
    """A key in the hints line."""
    tab: Ink
    """The queue that is open."""
    fresh: Ink
    """`+3`: lines that came in."""
    good: Ink
    warn: Ink
    bad: Ink
    found: Ink
    """Words that a search found."""
    off: Ink
    """What cannot be chosen now."""


ROLES: tuple[str, ...] = Palette.__struct_fields__


def variables(palette: Palette) -> dict[str, str]:
    """The palette as theme variables: `role-late`, `role-late-on` and `role-late-style`."""
    named: dict[str, str] = {}
    for role in ROLES:
        ink: Ink = getattr(palette, role)
        named[f"role-{role}"] = ink.color
        named[f"role-{role}-on"] = ink.on
        named[f"role-{role}-style"] = ink.style
    return named


def _boxes(palette: Palette, *, ansi: bool) -> dict[str, str]:
    """Textual's own variables for text boxes: cursor and selection in our roles."""
    text, tab = palette.text, palette.tab
    swapped = "reverse" in tab.style
    return {
        "input-cursor-foreground": text.on if not swapped else text.color,
        "input-cursor-background": text.color if not swapped else text.on,
        "input-cursor-text-style": "reverse" if swapped else "none",
        "input-selection-foreground": palette.cursor.color,
        "input-selection-background": palette.cursor.on if palette.cursor.on != SAME else text.on,
        "screen-selection-foreground": palette.found.color,
        "screen-selection-background": palette.found.on if palette.found.on != SAME else text.on,
        "border": palette.line.color,
        "border-blurred": palette.line.color,
        **({"ansi-background": text.on, "ansi-foreground": text.color} if ansi else {}),
    }


def theme(name: str, palette: Palette, *, dark: bool, ansi: bool = False) -> Theme:
    """A Textual theme that knows our roles, and whose own colours are taken from them."""
    ground = palette.text.on
    lifted = palette.cursor.on if palette.cursor.on != SAME else ground
    return Theme(
        name=name,
        primary=palette.focus.color,
        secondary=palette.dim.color,
        accent=palette.key.color,
        warning=palette.warn.color,
        error=palette.bad.color,
        success=palette.good.color,
        foreground=palette.text.color,
        background=ground,
        surface=ground,
        panel=lifted,
        boost=ground,
        dark=dark,
        ansi=ansi,
        variables={**variables(palette), **_boxes(palette, ansi=ansi)},
    )
