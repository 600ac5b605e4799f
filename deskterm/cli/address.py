"""Mail addresses as typed on the command line. Knows what an address is, not what it is for."""

from __future__ import annotations

import click


def one(text: str) -> str:
    """The bare address of `ann@example.com` or `Ann <ann@example.com>`. Raises UsageError when it is none."""
    from channels.errors import BadArgument
    from channels.smtp import mailbox
    from deskterm.replies import address_of

    try:
        return mailbox(address_of(text))
    except BadArgument:
        raise click.UsageError(
            f'"{text.strip()[:60]}" is not one mail address; write it like ann@example.com.'
        ) from None


def one_or_domain(text: str) -> str:
    """An address, or `@example.com` for everybody there; lower case. Raises UsageError."""
    bare = text.strip().lower()
    if "@" not in bare.lstrip("@"):
        return "@" + one(f"x@{bare.lstrip('@')}").partition("@")[2]
    return one(bare).lower()
