"""For red-green trouble: only the blue and orange axis carries meaning, and late is black on white."""

from themes.roles import Ink, Palette, theme

PALETTE = Palette(
    text=Ink("#dcdfe5", on="#14161b"),
    dim=Ink("#9ea5b2"),
    line=Ink("#666f80"),
    title=Ink("#c3c8d4"),
    focus=Ink("#7fbdff", style="bold"),
    band=Ink("#b0b7c6", style="bold"),
    cursor=Ink("#f2f4f8", on="#26334a"),
    resting=Ink("#e4e7ed", on="#242831"),
    mark=Ink("#ffb454", style="bold"),
    unread=Ink("#ffffff", style="bold"),
    calm=Ink("#7fbdff"),
    soon=Ink("#ffb454", style="underline"),
    late=Ink("#000000", on="#ffffff", style="bold"),
    paused=Ink("#a7afbd"),
    done=Ink("#7fbdff"),
    urgent=Ink("#ffffff", style="bold"),
    customer=Ink("#7fbdff", style="bold"),
    agent=Ink("#d6d9e0", style="bold"),
    note=Ink("#ffb454"),
    quote=Ink("#9aa1ae"),
    file=Ink("#9fd0ff", style="underline"),
    key=Ink("#7fbdff", style="bold"),
    tab=Ink("#14161b", on="#7fbdff", style="bold"),
    fresh=Ink("#ffb454", style="bold"),
    good=Ink("#7fbdff"),
    warn=Ink("#ffb454"),
    bad=Ink("#ffffff", style="bold underline"),
    found=Ink("#14161b", on="#ffb454"),
    off=Ink("#949ba8"),
)

THEME = theme("colour_blind", PALETTE, dark=True)
