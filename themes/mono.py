"""No colour at all: bold, underline and reverse carry what the shapes and words do not."""

from themes.roles import Ink, Palette, theme


def _ink(style: str = "none") -> Ink:
    return Ink("ansi_default", style=style)


PALETTE = Palette(
    text=Ink("ansi_default", on="ansi_default"),
    dim=_ink(),
    line=_ink(),
    title=_ink(),
    focus=_ink("bold"),
    band=_ink("bold"),
    cursor=_ink("reverse"),
    resting=_ink("underline"),
    mark=_ink("bold"),
    unread=_ink("bold"),
    calm=_ink(),
    soon=_ink("underline"),
    late=_ink("bold"),
    paused=_ink(),
    done=_ink(),
    urgent=_ink("bold"),
    customer=_ink("bold"),
    agent=_ink("bold"),
    note=_ink("bold underline"),
    quote=_ink(),
    file=_ink("underline"),
    key=_ink("bold"),
    tab=_ink("bold reverse"),
    fresh=_ink("bold"),
    good=_ink(),
    warn=_ink("underline"),
    bad=_ink("bold underline"),
    found=_ink("reverse"),
    off=_ink(),
)

THEME = theme("mono", PALETTE, dark=True, ansi=True)
