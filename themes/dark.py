"""The dark theme, the default."""

from themes.roles import Ink, Palette, theme

PALETTE = Palette(
    text=Ink("#d8dbe2", on="#14161b"),
    dim=Ink("#9ca3b0"),
    line=Ink("#666f80"),
    title=Ink("#c3c8d4"),
    focus=Ink("#8fc1ff", style="bold"),
    band=Ink("#a9b0c0", style="bold"),
    cursor=Ink("#f2f4f8", on="#26334a"),
    resting=Ink("#e4e7ed", on="#242831"),
    mark=Ink("#f0c674", style="bold"),
    unread=Ink("#ffffff", style="bold"),
    calm=Ink("#8ec07c"),
    soon=Ink("#f0b457"),
    late=Ink("#ff8f85", style="bold"),
    paused=Ink("#9aa8c0"),
    done=Ink("#8ec07c"),
    urgent=Ink("#ff8f85", style="bold"),
    customer=Ink("#8fc1ff", style="bold"),
    agent=Ink("#a6d3a0", style="bold"),
    note=Ink("#f0c674"),
    quote=Ink("#9aa1ae"),
    file=Ink("#86c8d0"),
    key=Ink("#8fc1ff", style="bold"),
    tab=Ink("#14161b", on="#8fc1ff", style="bold"),
    fresh=Ink("#f0c674", style="bold"),
    good=Ink("#8ec07c"),
    warn=Ink("#f0b457"),
    bad=Ink("#ff8f85"),
    found=Ink("#14161b", on="#f0c674"),
    off=Ink("#949ba8"),
)

THEME = theme("dark", PALETTE, dark=True)
