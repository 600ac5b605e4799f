"""Writing on the main screen: replies, notes and new tickets, in the box or in $EDITOR.

The text goes to the store on every pause, so that a crash loses nothing; what is sent goes through
deskterm.writing. What goes with a text (files, copies, quotes) is in enclosing.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deskterm import drafting, writing
from deskterm.desk import Done
from deskterm.drafting import Begun
from deskterm.replies import Reply
from deskterm.safe import clean
from deskterm.screens import drawing
from deskterm.screens.editing import edit_text
from deskterm.screens.enclosing import Enclosing, warning
from deskterm.widgets.blocks import file_size
from deskterm.widgets.composer import Composer, Form
from store.errors import NotFound, Refused
from store.model import File, Status, Ticket

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen
    from store.blobs import Blob


@dataclass(frozen=True, slots=True)
class Letter:
    """What is being written, besides its text."""

    ticket: Ticket
    note: bool
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    quote: str = ""
    """The quoted letter to put below; empty when switched off."""
    files: tuple[File, ...] = ()
    blobs: tuple[Blob, ...] = ()
    """Bytes of files that were attached just now; those of a draft are in the store."""
    base: int = 0
    """Arrival number of the newest entry when it was begun."""

    def begun(self, text: str) -> Begun:
        """The same as a draft."""
        quoting = bool(self.quote) if not self.note else None
        return Begun(
            self.ticket.id,
            self.note,
            text,
            self.to,
            self.cc,
            files=self.files,
            quoting=quoting,
            base=self.base,
        )


class Composing:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.letter: Letter | None = None
        self.enclosing = Enclosing(screen, self)
        self._warned = ""
        """The warning that was shown; the same one does not block twice."""
        self._came_from = ""
        """The way of looking to return to."""

    def handlers(self) -> dict[str, Handler]:
        return {
            "reply.inline": lambda _: self.begin(note=False),
            "reply.editor": lambda _: self.begin(note=False, editor=True),
            "note.new": lambda _: self.begin(note=True),
            "ticket.new": lambda _: self.ask_new(),
            "write.send_solve": lambda _: self.send(self._then),
            "write.send": lambda _: self.send(None),
            "write.send_wait": lambda _: self.send(Status.WAITING),
            "text.send": lambda _: self.send(self._then),
            "write.editor": lambda _: self.editor(),
            "text.editor": lambda _: self.editor(),
            "write.keep": lambda _: self.close(),
            **self.enclosing.handlers(),
        }

    @property
    def _then(self) -> Status:
        """What `y` makes of the ticket."""
        return Status.SOLVED if self.desk.settings.send_key == "solve" else Status.OPEN

    @property
    def box(self) -> Composer:
        return self.screen.composer

    # Opening and closing

    async def begin(self, *, note: bool, editor: bool = False) -> None:
        """Open the box for the ticket under the cursor, with its draft if there is one."""
        line = self.screen.list.line
        if line is None:
            raise Refused("There is no ticket here.")
        if self.screen.showing.pane is None or self.screen.showing.pane.ticket.id != line.id:
            self.screen.showing.show_ticket()
        ticket = self.screen.ticket()
        if ticket is None:
            raise NotFound("This ticket is gone.")
        self.open(ticket, note=note, draft=drafting.begun(self.desk, ticket.id))
        if editor:
            await self.editor()

    def open(self, ticket: Ticket, *, note: bool, draft: Begun | None = None) -> None:
        """Show the box for a ticket, with what was written so far."""
        people = writing.prepare(self.desk, ticket)
        note = draft.note if draft is not None else note
        quoting = draft.quoting if draft is not None else None
        quote = writing.quoted(self.desk, ticket, force=bool(quoting)) if quoting is not False else ""
        self.letter = Letter(
            ticket, note, to=(draft and draft.to) or people.to, cc=draft.cc if draft else people.cc,
            quote=quote, files=draft.files if draft else (),
            base=(draft and draft.base) or self.desk.store.last_lseq(),
        )  # fmt: skip
        self._warned = ""
        if not self.screen.writing:
            self._came_from = "reading" if self.screen.has_class("reading") else ""
        for name in ("reading", "with-customer", "zoom-list", "zoom-talk"):
            self.screen.show_mode(name, on=False)
        self.screen.show_mode("writing")
        self.screen.showing.show_ticket(ticket.id)
        self.box.open(self.form(), draft.text if draft is not None else "", at_end=True)
        self.screen.telling.clear()
        self.screen.talk.show_newest()

    async def close(self) -> None:
        """Leave the box; the draft is kept."""
        await self.keep_now()
        self.leave()

    def leave(self) -> None:
        """Back to what was looked at before."""
        self.letter = None
        self.box.close()
        self.screen.show_mode("writing", on=False)
        self.screen.showing.refresh(own=True)
        if self._came_from:
            self.screen.show_mode(self._came_from)
            self.screen.talk.focus()
        else:
            self.screen.list.focus()
        self.screen.telling.clear()

    def reopen(self, done: Done) -> None:
        """After an undo: a reply or note that was called back stands in the composer again."""
        draft = next((d for t in done.receipt.tickets if (d := drafting.begun(self.desk, t))), None)
        if draft is None or len(done.receipt.tickets) != 1 or not self._was_written(done):
            return
        self.screen.list.go_to(draft.ticket)
        self.screen.showing.show_ticket(draft.ticket)
        ticket = self.screen.ticket()
        if ticket is not None:
            self.open(ticket, note=draft.note, draft=draft)
            self.screen.telling.done(done, back="Z", does="redo")

    def _was_written(self, done: Done) -> bool:
        """Whether what was undone is a reply or a note of ours."""
        return done.words.startswith(("Undid reply", "Undid note"))

    def form(self) -> Form:
        """The words around the text."""
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
            files=tuple(f"{file.name} {file_size(file.size)}" for file in letter.files),
            then="solve" if self._then is Status.SOLVED else "keep open",
        )

    # Sending

    async def send(self, then: Status | None) -> None:
        """Queue the reply, or save the note. Anything odd is said once before it goes."""
        letter, text = self.letter, self.box.text
        if letter is None:
            return
        if letter.note:
            done = await self.screen.desk_app.commit(lambda: writing.note(self.desk, letter.ticket, text))
        else:
            odd = warning(self.desk, letter, text)
            if odd and odd != self._warned:
                self._warned = odd
                # What came in is seen now, and holds the reply no longer.
                self.letter = replace(letter, base=self.desk.store.last_lseq())
                self.screen.showing.show_ticket(letter.ticket.id)
                self.box.set_form(replace(self.form(), warning=f"{odd} The same key again sends it."))
                return
            done = await self.screen.desk_app.commit(lambda: self._reply(letter, text, then))
        self.leave()
        self.screen.telling.done(done)

    def _reply(self, letter: Letter, text: str, then: Status | None) -> Done:
        body = f"{text.rstrip()}\n\n{letter.quote}" if letter.quote and text.strip() else text
        said = Reply(body, letter.to, letter.cc, "", letter.files, base=letter.base)
        return writing.reply(self.desk, letter.ticket, said, then=then, files=letter.blobs)

    async def editor(self) -> None:
        """Go on in $EDITOR; an empty file there changes nothing."""
        text = edit_text(self.screen.desk_app, self.box.text)
        self.screen.refresh(repaint=True, layout=True)
        if text is not None:
            self.box.replace_text(text.rstrip("\n"))
        self.box.focus_text()

    def ask_new(self) -> None:
        """A new ticket: an address and a subject, then the composer."""
        self.enclosing.ask_new(self._begin_new)

    async def _begin_new(self, address: str, subject: str) -> None:
        made = await self.screen.desk_app.commit(
            lambda: writing.begin(self.desk, subject or "(no subject)", address=address)
        )
        self.screen.showing.refresh(own=True)
        self.screen.list.go_to(made.id)
        self.open(made, note=False)

    # Drafts

    async def drafted(self, ticket: str, text: str) -> None:
        """Keep what is written so far. Raises StoreError."""
        letter = self.letter
        if letter is None or letter.ticket.id != ticket:
            return
        begun, blobs = letter.begun(text), letter.blobs
        await self.screen.desk_app.commit(lambda: drafting.keep(self.desk, begun, blobs))
        if self.letter is not None and self.letter.ticket.id == ticket:
            self.box.saved(drawing.clock(self.desk.now, self.desk.now) if begun.text.strip() else "")

    def keep_at_once(self) -> None:
        """Keep the draft in this thread, when nothing else will run any more. Raises StoreError."""
        if self.letter is not None:
            drafting.keep(self.desk, self.letter.begun(self.box.text), self.letter.blobs)

    async def keep_now(self) -> None:
        """Keep the draft before anything else happens, such as the end of the program. Raises StoreError."""
        if self.letter is not None:
            self.box.told()
            await self.drafted(self.letter.ticket.id, self.box.text)
