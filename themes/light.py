"""The light theme."""

from themes.roles import Ink, Palette, theme

PALETTE = Palette(
    text=Ink("#23262d", on="#fbfaf7"),
    dim=Ink("#5a606c"),
    line=Ink("#83888f"),
    title=Ink("#3b404a"),
    focus=Ink("#0b4f9e", style="bold"),
    band=Ink("#4c525e", style="bold"),
    cursor=Ink("#10131a", on="#d5e3f5"),
    resting=Ink("#1b1e25", on="#e9e8e3"),
    mark=Ink("#7a4d00", style="bold"),
    unread=Ink("#000000", style="bold"),
    calm=Ink("#24652a"),
    soon=Ink("#864a00"),
    late=Ink("#ab1a12", style="bold"),
    paused=Ink("#4b5a75"),
    done=Ink("#24652a"),
    urgent=Ink("#ab1a12", style="bold"),
    customer=Ink("#0b4f9e", style="bold"),
    agent=Ink("#2a5f27", style="bold"),
    note=Ink("#7a4d00"),
    quote=Ink("#5d626d"),
    file=Ink("#0c5a66"),
    key=Ink("#0b4f9e", style="bold"),
    tab=Ink("#ffffff", on="#0b4f9e", style="bold"),
    fresh=Ink("#7a4d00", style="bold"),
    good=Ink("#24652a"),
    warn=Ink("#864a00"),
    bad=Ink("#ab1a12"),
    found=Ink("#23262d", on="#ffd978"),
    off=Ink("#5c616a"),
)

THEME = theme("light", PALETTE, dark=False)
