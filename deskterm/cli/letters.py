"""What may go with a letter on the command line: people, attachments, the moment it leaves, its form.

The same for every verb that writes a letter. Queues nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from deskterm import moments, replies, writing
from deskterm.cli import address
from deskterm.desk import Desk
from deskterm.recipients import People
from store import blobs
from store.errors import Refused
from store.model import File

Verb = TypeVar("Verb", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--to", multiple=True, metavar="ADDRESS", help="To this address, as often as there are some."
    ),
    click.option("--cc", multiple=True, metavar="ADDRESS", help="Also to this address."),
    click.option(
        "--bcc", multiple=True, metavar="ADDRESS", help="Also to this address, which no other gets to see."
    ),
    click.option("--attach", multiple=True, type=click.Path(path_type=Path), metavar="FILE"),
    click.option(
        "--later", metavar="WHEN", help='When it leaves: 2h, tomorrow, "mon 9:00". Asks if they write first.'
    ),
    click.option("--html/--plain", default=None, help="With an HTML form of the text, or without."),
)


def options(verb: Verb) -> Verb:
    """Give a verb the options of a letter."""
    for option in reversed(_OPTIONS):
        verb = option(verb)
    return verb


class Given(Struct, frozen=True):
    """The options as values."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[tuple[File, blobs.Blob], ...] = ()
    at: int | None = None
    html: bool | None = None


def given(
    desk: Desk, *, to: tuple[str, ...], cc: tuple[str, ...], bcc: tuple[str, ...], attach: tuple[Path, ...],
    later: str | None, html: bool | None,
) -> Given:  # fmt: skip
    """The options checked. Raises UsageError, QueryError or Refused, each with its sentence."""
    for person in (*to, *cc, *bcc):
        address.one(person)
    at = moments.ahead(later, now=desk.now, zone=moments.local()) if later else None
    return Given(to, cc, bcc, tuple(writing.attach(desk, path) for path in attach), at, html)


def people(computed: People, given: Given) -> People:
    """Whom a reply goes to: those computed, or those named instead. Raises Refused where nobody can tell."""
    if given.to:
        return People(given.to, given.cc)
    if computed.asked:
        raise Refused(
            f"The writer wants answers to go to {', '.join(computed.asked)}, another domain than that of"
            f" {', '.join(computed.to) or 'the letter'}. Say with --to which of them it is; nothing was sent."
        )
    return People(computed.to, (*computed.cc, *given.cc))


def letter(
    text: str, people: People, given: Given, *, subject: str, base: int | None = None
) -> replies.Reply:
    """The words with all that goes with them."""
    return replies.Reply(
        text, people.to, people.cc, subject, tuple(file for file, _ in given.files), bcc=given.bcc,
        html=given.html, at=given.at, base=base,
    )  # fmt: skip
