"""High contrast: every text at 7 to 1 or more (WCAG 2, AAA)."""

from themes.roles import Ink, Palette, theme

PALETTE = Palette(
    text=Ink("#ffffff", on="#000000"),
    dim=Ink("#d6d6d6"),
    line=Ink("#ffffff"),
    title=Ink("#ffffff", style="bold"),
    focus=Ink("#ffff5f", style="bold underline"),
    band=Ink("#ffffff", style="bold"),
    cursor=Ink("#ffffff", on="#00307a", style="bold"),
    resting=Ink("#ffffff", on="#303030"),
    mark=Ink("#ffff5f", style="bold"),
    unread=Ink("#ffffff", style="bold"),
    calm=Ink("#7dff7d"),
    soon=Ink("#ffd75f", style="underline"),
    late=Ink("#000000", on="#ffb0a8", style="bold"),
    paused=Ink("#d7d7ff"),
    done=Ink("#7dff7d"),
    urgent=Ink("#ffb0a8", style="bold"),
    customer=Ink("#a8dcff", style="bold"),
    agent=Ink("#7dff7d", style="bold"),
    note=Ink("#ffd75f", style="bold"),
    quote=Ink("#d6d6d6"),
    file=Ink("#7dffff"),
    key=Ink("#ffff5f", style="bold"),
    tab=Ink("#000000", on="#ffff5f", style="bold"),
    fresh=Ink("#ffff5f", style="bold"),
    good=Ink("#7dff7d"),
    warn=Ink("#ffd75f"),
    bad=Ink("#ffb0a8", style="bold"),
    found=Ink("#000000", on="#ffff5f"),
    off=Ink("#c6c6c6"),
)

THEME = theme("contrast", PALETTE, dark=True)
