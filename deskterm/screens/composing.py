"""Writing on the main screen: replies, notes and new tickets, in the box or in $EDITOR.

The text goes to the store on every pause, so that a crash loses nothing; what is sent goes through
deskterm.writing. Which keys do what is in deskterm.actions.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from deskterm import writing
from deskterm.desk import Done
from deskterm.replies import Reply, address_of
from deskterm.safe import clean
from deskterm.screens import drawing
from deskterm.screens.editing import edit_text
from deskterm.screens.macroing import MacroPicker
from deskterm.widgets.blocks import file_size
from deskterm.widgets.composer import Composer, Form
from deskterm.widgets.picker import Choice, Question
from store import drafts
from store.blobs import Blob
from store.errors import NotFound, Refused
from store.model import File, Status, Ticket
from store.reads import conversation, tickets

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen


@dataclass(frozen=True, slots=True)
class Letter:
    """What is being written, besides its text."""

    ticket: Ticket
    note: bool
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    quote: str = ""
    """The quoted letter to put below; empty when switched off."""
    files: tuple[tuple[File, Blob], ...] = ()
    base: int = 0
    """Arrival number of the newest entry when it was begun."""


class Composing:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.letter: Letter | None = None
        self.macros = MacroPicker(screen)
        self._warned = False

    def handlers(self) -> dict[str, Handler]:
        return {
            "reply.inline": lambda _: self.begin(note=False),
            "reply.editor": lambda _: self.begin(note=False, editor=True),
            "note.new": lambda _: self.begin(note=True),
            "ticket.new": lambda _: self.ask_new(),
            "write.send_solve": lambda _: self.send(Status.SOLVED if self._solves else Status.OPEN),
            "write.send": lambda _: self.send(None),
            "write.send_wait": lambda _: self.send(Status.WAITING),
            "text.send": lambda _: self.send(Status.SOLVED if self._solves else Status.OPEN),
            "write.editor": lambda _: self.editor(),
            "text.editor": lambda _: self.editor(),
            "write.macro": lambda _: self.macros.ask_text(),
            "text.macro": lambda _: self.macros.ask_text(),
            "write.attach": lambda _: self.ask_attachment(),
            "write.note": lambda _: self.turn(),
            "write.cc": lambda _: self.ask_cc(),
            "write.quote": lambda _: self.toggle_quote(),
            "write.keep": lambda _: self.close(),
            "write.discard": lambda _: self.ask_discard(),
        }

    @property
    def _solves(self) -> bool:
        return self.desk.settings.send_key == "solve"

    @property
    def box(self) -> Composer:
        return self.screen.composer

    # Opening and closing

    async def begin(self, *, note: bool, editor: bool = False) -> None:
        """Open the box for the ticket under the cursor, with its draft if there is one."""
        line = self.screen.list.line
        if line is None:
            raise Refused("There is no ticket here.")
        ticket = tickets.ticket(self.desk.conn, line.id)
        draft = drafts.of(self.desk.conn, ticket.id, self.desk.agent)
        text = ""
        if draft is not None and draft.text.strip():
            note, text = draft.kind == "note", draft.text
        self.open(ticket, note=note, text=text, head=draft.head if draft else "")
        if editor:
            await self.editor()

    def open(self, ticket: Ticket, *, note: bool, text: str = "", head: str = "") -> None:
        people = writing.prepare(self.desk, ticket)
        to, cc, _ = conversation.recipients(head)
        self.letter = Letter(
            ticket, note, to=to or people.to, cc=cc or people.cc,
            quote="" if note else writing.quoted(self.desk, ticket), base=self.desk.store.last_lseq(),
        )  # fmt: skip
        self._warned = False
        self.screen.add_class("writing")
        self.screen.remove_class("reading", "with-customer")
        self.box.open(self._form(), text, at_end=True)
        self.screen.draw_ticket()
        self.screen.talk.scroll_to_end()
        self.screen.draw_status()
        self.screen.draw_hints()

    def close(self) -> None:
        """Leave the box; the draft is kept."""
        self.box.flush()
        self._leave()

    def _leave(self) -> None:
        self.letter = None
        self.screen.remove_class("writing")
        self.screen.list.focus()
        self.screen.refresh_all()
        self.screen.draw_hints()

    async def reopen(self, done: Done) -> None:
        """After an undo: what was called back stands in the composer again."""
        row = self.desk.conn.execute("SELECT cause FROM entry WHERE id = ?", (done.receipt.entry,)).fetchone()
        kind = (
            self.desk.conn.execute("SELECT kind FROM entry WHERE id = ?", (row[0],)).fetchone()
            if row
            else None
        )
        if not done.receipt.tickets or kind is None or kind[0] != "reply":
            return
        ticket = tickets.ticket(self.desk.conn, done.receipt.tickets[0])
        draft = drafts.of(self.desk.conn, ticket.id, self.desk.agent)
        if draft is not None:
            self.open(ticket, note=draft.kind == "note", text=draft.text, head=draft.head)
            self.screen.done(done)

    def _form(self) -> Form:
        letter = self.letter
        assert letter is not None
        names = ", ".join(clean(person) for person in letter.to) or "nobody yet"
        cc = f", cc {', '.join(clean(person) for person in letter.cc)}" if letter.cc else ", cc none"
        lines = letter.quote.count("\n")
        return Form(
            draft=letter.ticket.id,
            title=f"Reply to {names}{cc}",
            note=letter.note,
            sender=writing.sender_of(self.desk, letter.ticket).sender,
            subject=writing.subject_of(letter.ticket),
            quoted=f"quoted: last message, {lines} lines" if letter.quote and not letter.note else "",
            files=tuple(f"{file.name} {file_size(file.size)}" for file, _ in letter.files),
        )

    def _change(self, **fields: object) -> None:
        assert self.letter is not None
        self.letter = replace(self.letter, **cast("dict[str, str]", fields))
        self.box.set_form(self._form())

    # Commands

    async def send(self, then: Status | None) -> None:
        """Queue the reply, or save the note. Anything odd is said once before it goes."""
        letter, text = self.letter, self.box.text
        if letter is None:
            return
        if letter.note:
            done = await self.screen.desk_app.commit(lambda: writing.note(self.desk, letter.ticket, text))
        else:
            if (warning := self._warning(letter, text)) and not self._warned:
                self._warned = True
                self.box.set_form(
                    replace(self._form(), warning=f"{warning} The same key sends it all the same.")
                )
                return
            done = await self.screen.desk_app.commit(lambda: self._reply(letter, text, then))
        self._leave()
        self.screen.done(done)

    def _reply(self, letter: Letter, text: str, then: Status | None) -> Done:
        body = f"{text.rstrip()}\n\n{letter.quote}" if letter.quote else text
        said = Reply(body, letter.to, letter.cc, "", tuple(file for file, _ in letter.files))
        return writing.reply(
            self.desk, letter.ticket, said, then=then, files=[blob for _, blob in letter.files]
        )

    def _warning(self, letter: Letter, text: str) -> str:
        """One line of what should be looked at before it leaves."""
        if "{{" in text or "}}" in text:
            return "A blank is not filled in."
        newer = [m for m in conversation.messages(self.desk.conn, letter.ticket.id) if m.kind == "in"]
        row = self.desk.conn.execute(
            "SELECT 1 FROM entry WHERE lseq > ? AND kind = 'mail' AND eids LIKE ? LIMIT 1",
            (letter.base, f"%{letter.ticket.id}%"),
        ).fetchone()
        if row and newer:
            return "A letter came in while you wrote."
        if not letter.files and any(
            word in text.lower() for word in ("attached", "attachment", "anbei", "ci-joint")
        ):
            return "It speaks of an attachment and has none."
        if any(address_of(p).partition("@")[0] in ("noreply", "no-reply", "donotreply") for p in letter.to):
            return "Nobody reads what is sent to this address."
        return ""

    async def editor(self) -> None:
        """Go on in $EDITOR; an empty file there changes nothing."""
        text = edit_text(self.screen.desk_app, self.box.text)
        if text is not None:
            self.box.replace_text(text)
        self.box.focus_text()

    def turn(self) -> None:
        """A reply becomes a note or the other way round; the words stay."""
        assert self.letter is not None
        self._change(note=not self.letter.note)
        self.box.focus_text()

    def toggle_quote(self) -> None:
        assert self.letter is not None
        self._change(
            quote="" if self.letter.quote else writing.quoted(self.desk, self.letter.ticket, force=True)
        )

    def ask_attachment(self) -> None:
        async def then(picked: object) -> None:
            path = Path(getattr(picked, "typed", "").strip()).expanduser()
            assert self.letter is not None
            self._change(files=(*self.letter.files, writing.attach(self.desk, path)))
            self.box.focus_text()

        question = Question("Attach a file: type its path", (), free="this file", instant=False)
        self.screen.acting.ask(question, then)

    def ask_cc(self) -> None:
        async def then(picked: object) -> None:
            assert self.letter is not None
            typed = str(getattr(picked, "typed", ""))
            people = tuple(one.strip() for one in typed.split(",") if "@" in one)
            self._change(cc=people)
            self.box.focus_text()

        question = Question("Copies to: addresses with commas between", (), free="these", instant=False)
        self.screen.acting.ask(question, then)

    def ask_discard(self) -> None:
        """Asked with another key than the one that asked for it."""

        async def then(picked: object) -> None:
            if getattr(picked, "ids", ()) == ("discard",):
                await self._discard()
            else:
                self.box.focus_text()

        choices = (Choice("keep", "keep the draft", "k"), Choice("discard", "throw it away", "x"))
        self.screen.acting.ask(Question("Discard the draft?", choices), then)

    async def _discard(self) -> None:
        assert self.letter is not None
        gone = drafts.Gone(self.letter.ticket.id, self.desk.agent)
        await self.screen.desk_app.commit(lambda: self.desk.keep(gone))
        self._leave()
        self.screen.tell("Draft discarded.")

    def ask_new(self) -> None:
        """A new ticket: an address and a subject, then the composer."""

        async def then(picked: object) -> None:
            address, _, subject = str(getattr(picked, "typed", "")).strip().partition(" ")
            if "@" not in address:
                raise Refused("Write an address and a subject, such as: dana@acme.test Your export.")
            made = await self.screen.desk_app.commit(
                lambda: writing.begin(self.desk, subject or "(no subject)", address=address)
            )
            self.screen.refresh_all()
            self.screen.list.go_to(made.id)
            self.open(made, note=False)

        question = Question("New ticket: address and subject", (), free="begin it", instant=False)
        self.screen.acting.ask(question, then)

    # Drafts

    async def drafted(self, ticket: str, text: str) -> None:
        """Keep what is written so far."""
        letter = self.letter
        if letter is None or letter.ticket.id != ticket:
            return
        head = json.dumps({"to": list(letter.to), "cc": list(letter.cc)}, ensure_ascii=False)
        draft = drafts.Draft(
            ticket=ticket, agent=self.desk.agent, kind="note" if letter.note else "out", text=text, head=head,
            saved=self.desk.now, base=letter.base,
        )  # fmt: skip
        kept = draft if text.strip() else drafts.Gone(ticket, self.desk.agent)
        with contextlib.suppress(NotFound):
            await self.screen.desk_app.commit(lambda: self.desk.keep(kept))
        self.box.saved(drawing.when(self.desk.now, self.desk.now).removesuffix(" today"))
