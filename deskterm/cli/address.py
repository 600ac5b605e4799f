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
