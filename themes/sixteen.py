"""Only the terminal's own sixteen colours, so the owner's palette decides how they look."""

from themes.roles import Ink, Palette, theme

_PLAIN = "ansi_default"

PALETTE = Palette(
    text=Ink(_PLAIN, on=_PLAIN),
    dim=Ink(_PLAIN),
    line=Ink(_PLAIN),
    title=Ink(_PLAIN),
    focus=Ink("ansi_cyan", style="bold"),
    band=Ink(_PLAIN, style="bold"),
    cursor=Ink(_PLAIN, style="reverse"),
    resting=Ink(_PLAIN, style="underline"),
    mark=Ink("ansi_yellow", style="bold"),
    unread=Ink(_PLAIN, style="bold"),
    calm=Ink("ansi_green"),
    soon=Ink("ansi_yellow"),
    late=Ink("ansi_red", style="bold"),
    paused=Ink("ansi_cyan"),
    done=Ink("ansi_green"),
    urgent=Ink("ansi_red", style="bold"),
    customer=Ink("ansi_cyan", style="bold"),
    agent=Ink("ansi_green", style="bold"),
    note=Ink("ansi_yellow"),
    quote=Ink(_PLAIN),
    file=Ink("ansi_cyan"),
    key=Ink("ansi_cyan", style="bold"),
    tab=Ink(_PLAIN, style="bold reverse"),
    fresh=Ink("ansi_yellow", style="bold"),
    good=Ink("ansi_green"),
    warn=Ink("ansi_yellow"),
    bad=Ink("ansi_red"),
    found=Ink(_PLAIN, style="reverse"),
    off=Ink(_PLAIN),
)

THEME = theme("sixteen", PALETTE, dark=True, ansi=True)
