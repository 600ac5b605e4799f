"""Writing on the main screen: replies, notes and new tickets, in the box or in $EDITOR.

The text goes to the store on every pause, so that a crash loses nothing; what is sent goes through
deskterm.writing. What goes with a text (files, copies, quotes) is in enclosing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from deskterm import drafting, forwards, moved, writing
from deskterm.begun import Begun
from deskterm.desk import Done
from deskterm.replies import Reply, address_of
from deskterm.safe import clean
from deskterm.screens import beside, drawing
from deskterm.screens.editing import edit_text
from deskterm.screens.enclosing import Enclosing, warning
from deskterm.widgets.blocks import file_size
from deskterm.widgets.composer import Composer, Form
from store.errors import NotFound, Refused
from store.model import File, Status, Ticket

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen
    from store.blobs import Blob


class Letter(Struct, frozen=True):
    """What is being written, besides its text."""

    ticket: Ticket
    note: bool
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Strangers the letter answered names, who are not written to."""
    asked: tuple[str, ...] = ()
    """Where its writer wants answers, in another domain than theirs."""
    subject: str = ""
    """Another one than that of a reply."""
    html: bool | None = None
    """Whether an HTML form goes along; None: as the mailbox is set."""
    forward: bool = False
    quote: str = ""
    """The quoted letter to put below; empty when switched off."""
    files: tuple[File, ...] = ()
    blobs: tuple[Blob, ...] = ()
    """Bytes of files that were attached just now; those of a draft are in the store."""
    base: int = 0
    """Arrival number of the newest entry when it was begun."""

    @property
    def people(self) -> tuple[str, ...]:
        return (*self.to, *self.cc, *self.bcc)

    def begun(self, text: str) -> Begun:
        """The same as a draft."""
        quoting = bool(self.quote) if not self.note else None
        return Begun(
            self.ticket.id, self.note, text, self.to, self.cc, self.bcc, self.files, quoting=quoting,
            base=self.base, subject=self.subject, html=self.html, forward=self.forward,
        )  # fmt: skip


class Composing:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.letter: Letter | None = None
        self.enclosing = Enclosing(screen, self)
        self._warned = ""
        """The warning that was shown; the same one does not block twice."""
        self._around = ""
        """What was said of colleagues while this is written."""
        self._came_from = ""
        """The way of looking to return to."""

    def handlers(self) -> dict[str, Handler]:
        return {
            "reply.inline": lambda _: self.begin(note=False),
            "reply.forward": lambda _: self.begin_forward(),
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
        self.letter = self._letter(ticket, note=note, draft=draft)
        text = draft.text if draft is not None else ""
        if draft is None and not note and self.desk.settings.quote == "inline":
            text, self.letter = self.letter.quote, replace(self.letter, quote="")
        self._warned = ""
        self._around = ""
        if not self.screen.writing:
            self._came_from = "reading" if self.screen.has_class("reading") else ""
        for name in ("reading", "with-customer", "zoom-list", "zoom-talk"):
            self.screen.show_mode(name, on=False)
        self.screen.show_mode("writing")
        self.screen.showing.show_ticket(ticket.id)
        self.box.open(self.form(), text, at_end=draft is not None and not draft.forward)
        self.screen.telling.clear()
        self.screen.talk.show_newest()
        self.look_around()

    def _letter(self, ticket: Ticket, *, note: bool, draft: Begun | None) -> Letter:
        """What is around the text: as the draft has it, else as it is computed."""
        people = writing.prepare(self.desk, ticket)
        quoting = draft.quoting if draft is not None else None
        quote = writing.quoted(self.desk, ticket, force=bool(quoting)) if quoting is not False else ""
        if draft is None:
            return Letter(ticket, note, people.to, people.cc, others=people.others, asked=people.asked,
                          quote=quote, base=self.desk.store.last_lseq())  # fmt: skip
        to = draft.to if draft.to or draft.forward else people.to
        known = {address_of(person) for person in (*to, *draft.cc, *draft.bcc)}
        others = () if draft.forward else tuple(one for one in people.others if address_of(one) not in known)
        asked = people.asked if to == people.to and not draft.forward else ()
        return Letter(
            ticket, draft.note, to, draft.cc, draft.bcc, others=others, asked=asked, subject=draft.subject,
            html=draft.html, forward=draft.forward, quote=quote, files=draft.files,
            base=draft.base or self.desk.store.last_lseq(),
        )  # fmt: skip

    async def begin_forward(self) -> None:
        """Hand the newest letter of the ticket on: its words under ours, its files, to nobody yet."""
        ticket = self.screen.ticket()
        if ticket is None:
            raise Refused("There is no ticket here.")
        if drafting.begun(self.desk, ticket.id) is not None:
            raise Refused("A draft waits on this ticket: send or discard it first (r goes on with it).")
        gone = forwards.forward(self.desk, forwards.newest(self.desk, ticket))
        draft = Begun(
            ticket.id, False, f"\n\n{gone.text}", files=gone.files, quoting=False, subject=gone.subject,
            forward=True,
        )  # fmt: skip
        self.open(ticket, note=False, draft=draft)
        assert self.letter is not None
        self.letter = replace(self.letter, blobs=gone.blobs)
        self.enclosing.ask_people("to")

    async def close(self) -> None:
        """Leave the box; the draft is kept."""
        await self.keep_now()
        written = bool(self.box.text.strip())
        self.leave()
        if written:
            self.screen.telling.tell("The draft is kept; r goes on with it.")

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
        return done.words.startswith(("Undid reply", "Undid note", "Undid forward"))

    def form(self) -> Form:
        """The words around the text."""
        letter = self.letter
        assert letter is not None
        names = ", ".join(clean(person) for person in letter.to) or "nobody yet"
        cc = f", cc {', '.join(clean(person) for person in letter.cc)}" if letter.cc else ", cc none"
        bcc = f", bcc {', '.join(clean(person) for person in letter.bcc)}" if letter.bcc else ""
        does = "Forward" if letter.forward else "Reply"
        lines = letter.quote.count("\n")
        return Form(
            draft=letter.ticket.id,
            title=f"{does} to {names}{cc}{', html' if self.with_html(letter) else ''}",
            note=letter.note,
            sender=writing.sender_of(self.desk, letter.ticket).sender,
            subject=letter.subject or writing.subject_of(letter.ticket),
            people=_beside(letter, f"to {names}{cc}{bcc}" if letter.bcc or len(names + cc) > TITLE else ""),
            quoted=f"quoted: last message, {lines} lines" if letter.quote and not letter.note else "",
            files=tuple(f"{file.name} {file_size(file.size)}" for file in letter.files),
            then="solve" if self._then is Status.SOLVED else "keep open",
        )

    def with_html(self, letter: Letter) -> bool:
        """Whether an HTML form goes along."""
        box = self.desk.settings.mailbox.get(writing.sender_of(self.desk, letter.ticket).mailbox)
        return letter.html if letter.html is not None else box is not None and box.html

    def look_around(self) -> None:
        """What colleagues did to the ticket, or write there now, is said at once and not when it is sent."""
        letter = self.letter
        if letter is None:
            return
        news = "" if letter.note else moved.since(self.desk, letter.ticket.id, letter.base)
        writers = beside.writing(self.screen.showing.colleagues())
        said = f"Moved since you began: {news}." if news else f"{writers} here too." if writers else ""
        if said != self._around:
            self._around = said
            self.box.set_form(replace(self.form(), warning=said))

    # Sending

    async def send(self, then: Status | None, *, at: int | None = None) -> None:
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
                self._around = ""
                # What came in is seen now, and holds the reply no longer.
                self.letter = replace(letter, base=self.desk.store.last_lseq())
                self.screen.showing.show_ticket(letter.ticket.id)
                self.box.set_form(replace(self.form(), warning=f"{odd} The same key again sends it."))
                return
            done = await self.screen.desk_app.commit(lambda: self._reply(letter, text, then, at=at))
        self.leave()
        self.screen.telling.done(done)

    def _reply(self, letter: Letter, text: str, then: Status | None, *, at: int | None) -> Done:
        body = f"{text.rstrip()}\n\n{letter.quote}" if letter.quote and text.strip() else text
        said = Reply(
            body, letter.to, letter.cc, letter.subject, letter.files, letter.bcc, letter.html, at,
            letter.base, letter.forward,
        )  # fmt: skip
        then = None if letter.forward else then
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


TITLE = 50
"""Characters of recipients that a title surely has room for; more of them get lines of their own."""


def _beside(letter: Letter, people: str) -> str:
    """`people`, who the letter answered names besides, and where its writer wants answers."""
    said = [people] if people else []
    if letter.asked:
        where = ", ".join(clean(person) for person in letter.asked)
        said.append(f"answers are wanted at {where}, another domain (t sets To)")
    if letter.others:
        said.append(f"named, and not mailed: {', '.join(clean(one) for one in letter.others)} (A adds them)")
    return "; ".join(said)
