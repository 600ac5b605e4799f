"""Verbs that write: new, reply, note. What a person typed becomes a draft when it could not be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from deskterm import replies, writing
from deskterm.cli import address, editor, read, say
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
@click.option("--all", "everybody", is_flag=True, help="Also to those in To and Cc of the letter answered.")
@click.option("--cc", multiple=True, metavar="ADDRESS", help="Also to this address.")
@click.option("--attach", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
@dry_option
def reply_verb(
    name: str, text: str | None, now: bool, then: str | None, everybody: bool, cc: tuple[str, ...],
    attach: tuple[Path, ...], dry_run: bool,
) -> None:  # fmt: skip
    """Answer ticket N. Without -m the text is written in $EDITOR, above the letter it answers."""
    with opened() as desk:
        ticket = desk.ticket(name)
        # Before anything is written: words for a letter that cannot leave would be for nothing.
        copies = tuple(map(_address, cc))
        people = writing.prepare(desk, ticket, everybody=everybody)
        files = [writing.attach(desk, path) for path in attach]
        quote = writing.quoted(desk, ticket)
        words = _words(desk, text, ticket=ticket, below=f"\n\n{quote}" if quote else "", kind=Kind.OUT)
        said = replies.Reply(
            words, people.to, (*people.cc, *copies), writing.subject_of(ticket),
            tuple(file for file, _ in files),
        )  # fmt: skip
        if dry_run:
            _show(said, held=not _free(desk, said))
            return

        def send() -> str:
            after = THEN[then] if then else None
            blobs = [blob for _, blob in files]
            return writing.reply(desk, ticket, said, then=after, now=now, files=blobs).words

        say.told(_Said(ticket, Kind.OUT, words, given=text is not None).done_by(desk, send))


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
@read.json_option
@dry_option
def new_verb(
    subject: tuple[str, ...], person: str, name: str, text: str | None, send: bool, as_json: bool,
    dry_run: bool,
) -> None:  # fmt: skip
    """Begin a ticket about SUBJECT, print its number. A text is a note, with --send a letter."""
    about = " ".join(" ".join(subject).split())
    to = _address(person) if person else ""
    if send and not (to and text):
        raise click.UsageError("--send needs --for ADDRESS and a text with -m.")
    words = sys.stdin.read() if text == "-" else text or ""
    if dry_run:
        say.line(f"New ticket: {about}{f', for {to}' if to else ''}")
        return
    with opened(found=True) as desk:
        ticket = writing.begin(desk, about, address=replies.address_of(to), name=name)
        if send:
            who = f"{name} <{to}>" if name else to
            said = replies.Reply(words, (who,), subject=about)
            letter = _Said(ticket, Kind.OUT, words, given=True)
            say.told(letter.done_by(desk, lambda: writing.reply(desk, ticket, said).words))
        elif words.strip():
            say.told(writing.note(desk, ticket, words).words)
        _print(desk, ticket, as_json=as_json)


def _print(desk: Desk, ticket: Ticket, *, as_json: bool) -> None:
    if as_json:
        for thing in read.as_objects(desk, many.tickets(desk.conn, [ticket.id])):
            say.json_line(thing)
    else:
        say.line(f"#{ticket.number}")


def _words(desk: Desk, text: str | None, *, ticket: Ticket, below: str, kind: Kind) -> str:
    """The text from -m, standard input or the editor, which begins with the draft there is."""
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


@dataclass(frozen=True, slots=True)
class _Said:
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


def _free(desk: Desk, said: replies.Reply) -> bool:
    from deskterm.live import may_leave

    return may_leave(desk, (*said.to, *said.cc))


def _show(said: replies.Reply, *, held: bool) -> None:
    say.line(f"To: {', '.join(said.to) or 'nobody'}")
    if said.cc:
        say.line(f"Cc: {', '.join(said.cc)}")
    say.line(f"Subject: {said.subject}")
    for file in said.files:
        say.line(f"File: {file.name} ({file.type}, {file.size:,} bytes)")
    if held:
        say.line("Held: the outbox is locked, `deskterm live on` lets it go")
    say.line()
    say.line(said.text.rstrip("\n"))
