"""Verbs that write: new, reply, forward, note. What was typed becomes a draft when it could not be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from deskterm import forwards, moments, panes, recipients, replies, writing
from deskterm.cli import address, editor, letters, read, say
from deskterm.cli.home import opened
from deskterm.desk import Desk
from store import drafts
from store.errors import Refused, StoreError
from store.model import Kind, Status, Ticket
from store.reads import many

THEN = {"solved": Status.SOLVED, "waiting": Status.WAITING, "open": Status.OPEN}

words_option = click.option(
    "-m", "--message", "text", metavar="TEXT", help="The text; - reads standard input."
)
dry_option = click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")


@click.command("reply")
@click.argument("name", metavar="N")
@words_option
@click.option("--now", is_flag=True, help="No undo delay: it leaves with the next sync.")
@click.option("--then", type=click.Choice(list(THEN)), help="What becomes of the ticket.")
@click.option(
    "--all", "everybody", is_flag=True, help="Also to strangers in To and Cc of the letter answered."
)
@click.option("--inline", is_flag=True, help="Write between the lines of the letter, in $EDITOR.")
@letters.options
@dry_option
def reply_verb(
    name: str, text: str | None, now: bool, then: str | None, everybody: bool, inline: bool, dry_run: bool,
    **given: Any,
) -> None:  # fmt: skip
    """Answer ticket N. Without -m the text is written in $EDITOR, above the letter it answers.

    It goes to the writer and to those in To and Cc who took part before; --to names others instead.
    """
    with opened() as desk:
        ticket = desk.ticket(name)
        base = desk.store.last_lseq()
        # Before anything is written: words for a letter that cannot leave would be for nothing.
        with_it = letters.given(desk, **given)
        people = letters.people(writing.prepare(desk, ticket, everybody=everybody), with_it)
        quote, between = _quote(desk, ticket, inline=inline, given=text is not None)
        words = _words(desk, text, ticket=ticket, below=quote, kind=Kind.OUT, between=between)
        said = letters.letter(words, people, with_it, subject=writing.subject_of(ticket), base=base)
        _leave(desk, ticket, said, with_it, text=text, then=then, now=now, dry_run=dry_run)


@click.command("forward")
@click.argument("name", metavar="N")
@words_option
@click.option("--now", is_flag=True, help="No undo delay: it leaves with the next sync.")
@click.option("--no-files", is_flag=True, help="Without the letter's attachments.")
@letters.options
@dry_option
def forward_verb(name: str, text: str | None, now: bool, no_files: bool, dry_run: bool, **given: Any) -> None:
    """Hand the newest letter of ticket N on to --to ADDRESS, its attachments too, with words above it.

    Whoever gets it takes no part in the talk with the customer; their answer comes to the ticket.
    """
    with opened() as desk:
        ticket = desk.ticket(name)
        with_it = letters.given(desk, **given)
        if not with_it.to:
            raise click.UsageError("Say to whom with --to ADDRESS.")
        gone = forwards.forward(desk, forwards.newest(desk, ticket))
        above = (sys.stdin.read() if text == "-" else text or "").rstrip("\n")
        words = f"{above}\n\n{gone.text}" if above else gone.text
        files = () if no_files else tuple(zip(gone.files, gone.blobs, strict=True))
        with_it = replace(with_it, files=(*files, *with_it.files))
        people = recipients.People(with_it.to, with_it.cc)
        said = replace(letters.letter(words, people, with_it, subject=gone.subject), forward=True)
        _leave(desk, ticket, said, with_it, text=above, then=None, now=now, dry_run=dry_run)


def _leave(
    desk: Desk, ticket: Ticket, said: replies.Reply, with_it: letters.Given, *, text: str | None,
    then: str | None, now: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Queue it, or show what would be queued."""
    if dry_run:
        writing.check(desk, said, writing.sender_of(desk, ticket))
        _show(desk, ticket, said)
        return

    def send() -> str:
        after = THEN[then] if then else None
        blobs = [blob for _, blob in with_it.files]
        done = writing.reply(desk, ticket, said, then=after, now=now, files=blobs).words
        return " ".join(part for part in (done, panes.returned(desk, (*said.to, *said.cc))) if part)

    say.told(_Said(ticket, Kind.OUT, said.text, given=text is not None).done_by(desk, send))


def _quote(desk: Desk, ticket: Ticket, *, inline: bool, given: bool) -> tuple[str, bool]:
    """The letter answered as a quote, and whether the words go between its lines."""
    if inline and given:
        raise click.UsageError("--inline is written in $EDITOR; leave out -m.")
    between = inline or (desk.settings.quote == "inline" and not given)
    if given and desk.settings.quote == "inline":
        return "", False
    return writing.quoted(desk, ticket, force=inline), between


@click.command("note")
@click.argument("name", metavar="N")
@words_option
@dry_option
def note_verb(name: str, text: str | None, dry_run: bool) -> None:
    """Write a note on ticket N that only the team sees. Without -m it is written in $EDITOR."""
    with opened() as desk:
        ticket = desk.ticket(name)
        words = _words(desk, text, ticket=ticket, below="", kind=Kind.NOTE)
        if dry_run:
            say.line(f"Note on #{ticket.number}, for the team only")
            say.line()
            say.line(words.rstrip("\n"))
            return
        note = _Said(ticket, Kind.NOTE, words, given=text is not None)
        say.told(note.done_by(desk, lambda: writing.note(desk, ticket, words).words))


@click.command("new")
@click.argument("subject", nargs=-1, required=True)
@click.option("--for", "person", default="", metavar="ADDRESS", help="The customer it is for.")
@click.option("--name", default="", help="The customer's name.")
@words_option
@click.option("--send", is_flag=True, help="The text leaves as a letter to the customer, and is no note.")
@letters.options
@read.json_option
@dry_option
def new_verb(
    subject: tuple[str, ...], person: str, name: str, text: str | None, send: bool, as_json: bool,
    dry_run: bool, **given: Any,
) -> None:  # fmt: skip
    """Begin a ticket about SUBJECT, print its number. A text is a note; with --send, or with anybody it is
    to go to, a letter.
    """
    about = " ".join(" ".join(subject).split())
    leaves = send or any(given[one] for one in ("to", "cc", "bcc", "attach", "later"))
    customer = _address(person) if person else next(iter(given["to"]), "")
    if leaves and not (customer and text):
        raise click.UsageError("A letter needs --for ADDRESS or --to ADDRESS, and a text with -m.")
    words = sys.stdin.read() if text == "-" else text or ""
    if dry_run:
        say.line(f"New ticket: {about}{f', for {customer}' if customer else ''}")
        return
    with opened(found=True) as desk:
        # Looked at before the ticket is made: a letter that cannot leave begins none.
        with_it = letters.given(desk, **given)
        who = f"{name} <{customer}>" if name and "<" not in customer else customer
        to = (who, *(one for one in with_it.to if replies.address_of(one) != replies.address_of(who)))
        said = (
            letters.letter(words, recipients.People(to, with_it.cc), with_it, subject=about)
            if leaves
            else None
        )
        if said is not None:
            writing.check(desk, said, writing.first_sender(desk))
        ticket = writing.begin(desk, about, address=replies.address_of(customer), name=name)
        if said is not None:
            _leave(desk, ticket, said, with_it, text=text, then=None, now=False, dry_run=False)
        elif words.strip():
            say.told(writing.note(desk, ticket, words).words)
        _print(desk, ticket, as_json=as_json)


def _print(desk: Desk, ticket: Ticket, *, as_json: bool) -> None:
    if as_json:
        for thing in read.as_objects(desk, many.tickets(desk.conn, [ticket.id])):
            say.json_line(thing)
    else:
        say.line(f"#{ticket.number}")


def _words(
    desk: Desk, text: str | None, *, ticket: Ticket, below: str, kind: Kind, between: bool = False
) -> str:
    """The text from -m, standard input or the editor, which begins with the draft there is.

    `below` stands below it, or is what is written into where the words go `between` its lines.
    """
    below = f"\n\n{below}" if below and not between else below
    if text is not None:
        given = (sys.stdin.read() if text == "-" else text).rstrip("\n")
        return given + (below or "\n") if given.strip() else ""
    draft = drafts.of(desk.conn, ticket.id, desk.agent)
    begun = draft.text if draft and draft.kind == kind.value else below
    if not say.can_ask():
        raise click.UsageError("Say what with -m TEXT, or -m - to read it from standard input.")
    words = editor.written(begun, name=f"{ticket.number}.txt", command=desk.settings.editor_command())
    if words.strip() in ("", below.strip()):
        raise Refused(f"Nothing was written, so nothing was {'sent' if kind is Kind.OUT else 'saved'}.")
    return words


class _Said(Struct, frozen=True):
    """Words for a ticket, and whether they were written in its draft or given with -m."""

    ticket: Ticket
    kind: Kind
    text: str
    given: bool

    def done_by(self, desk: Desk, act: Callable[[], str]) -> str:
        """Do it; when it cannot be done the words become the ticket's draft, so that none is lost.

        Words given with -m are not what was being written there: a draft of others stays as it is.
        """
        draft = drafts.of(desk.conn, self.ticket.id, desk.agent)
        try:
            words = act()
        except StoreError as error:
            if not self.text.strip() or (self.given and draft is not None):
                raise
            raise type(error)(f"{error} {self._rescued(desk)}") from None
        if self.given and draft is not None:
            _save(desk, draft)
        return words

    def _rescued(self, desk: Desk) -> str:
        """Where the words are now, in words."""
        try:
            _save(desk, self._as_draft(desk))
        except StoreError:
            return f"The text is in {editor.rescued(self.text, name=f'{self.ticket.number}.txt')}."
        return f"The text is kept as a draft of #{self.ticket.number}."

    def _as_draft(self, desk: Desk) -> drafts.Draft:
        return drafts.Draft(
            ticket=self.ticket.id, agent=desk.agent, kind=self.kind.value, text=self.text, head="",
            saved=desk.now, base=desk.store.last_lseq(),
        )  # fmt: skip


def _save(desk: Desk, draft: drafts.Draft) -> None:
    with desk.store.write() as tx:
        draft.write(tx.conn)


def _address(text: str) -> str:
    """An address as typed, name and all. Raises UsageError when it is none."""
    address.one(text)
    return text


def _show(desk: Desk, ticket: Ticket, said: replies.Reply) -> None:
    """A letter as it would leave."""
    from deskterm.live import may_leave

    say.line(f"From: {writing.sender_of(desk, ticket).sender}")
    say.line(f"To: {', '.join(said.to) or 'nobody'}")
    for field, people in (("Cc", said.cc), ("Bcc", said.bcc)):
        if people:
            say.line(f"{field}: {', '.join(people)}")
    say.line(f"Subject: {said.subject}")
    if said.at is not None:
        say.line(f"Leaves: {moments.shown(said.at, zone=moments.local())}")
    for file in said.files:
        say.line(f"File: {file.name} ({file.type}, {file.size:,} bytes)")
    if not may_leave(desk, said.people):
        say.line("Held: the outbox is locked, `deskterm live on` lets it go")
    say.line()
    say.line(said.text.rstrip("\n"))
