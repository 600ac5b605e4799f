"""What goes with a text that is written: files, copies, the quoted letter, a macro's words; and its end.

Asks by pickers. The text itself and where it goes are composing.py's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from deskterm import drafting, moments, moved, panes, writing
from deskterm.desk import Desk
from deskterm.replies import address_of
from deskterm.screens import choosing
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import Refused

if TYPE_CHECKING:
    from deskterm.screens.composing import Composing, Letter
    from deskterm.screens.main import Handler, MainScreen

ATTACHED = ("attached", "attachment", "enclosed", "anbei", "im anhang", "ci-joint", "pièce jointe", "adjunto")
"""Words that promise a file."""
PEOPLE = {
    "to": ("To", "recipients"),
    "cc": ("Copies to", "copies"),
    "bcc": ("Blind copies to", "blind copies"),
}
"""Of each field its title and what is in it."""
NOBODY_READS = ("noreply", "no-reply", "donotreply", "do-not-reply")


class Enclosing:
    def __init__(self, screen: MainScreen, composing: Composing) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.composing = composing

    def handlers(self) -> dict[str, Handler]:
        return {
            "write.macro": lambda _: self.screen.acting.macros.ask_text(self.letter.ticket.id),
            "text.macro": lambda _: self.screen.acting.macros.ask_text(self.letter.ticket.id),
            "write.attach": lambda _: self.ask_attachment(),
            "write.note": lambda _: self.turn(),
            "write.to": lambda _: self.ask_people("to"),
            "write.cc": lambda _: self.ask_people("cc"),
            "write.bcc": lambda _: self.ask_people("bcc"),
            "write.everybody": lambda _: self.everybody(),
            "write.inline": lambda _: self.inline(),
            "write.html": lambda _: self.toggle_html(),
            "write.later": lambda _: self.ask_later(),
            "write.quote": lambda _: self.toggle_quote(),
            "write.discard": lambda _: self.ask_discard(),
        }

    @property
    def letter(self) -> Letter:
        """What is being written. Raises Refused when nothing is."""
        if self.composing.letter is None:
            raise Refused("Nothing is being written.")
        return self.composing.letter

    async def change(self, letter: Letter) -> None:
        """Go on with other surroundings; the words stay, and the draft knows."""
        self.composing.letter = letter
        self.composing.box.set_form(self.composing.form())
        self.composing.box.focus_text()
        self.screen.telling.status()
        await self.composing.keep_now()

    async def turn(self) -> None:
        """A reply becomes a note or the other way round; the words stay."""
        await self.change(replace(self.letter, note=not self.letter.note))

    async def toggle_quote(self) -> None:
        """Put the letter answered below, or leave it out."""
        letter = self.letter
        quote = "" if letter.quote else writing.quoted(self.desk, letter.ticket, force=True)
        if not quote and not letter.quote:
            raise Refused("There is no letter to quote.")
        await self.change(replace(letter, quote=quote))

    def ask_attachment(self) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            file, blob = writing.attach(self.desk, Path(picked.typed.strip()))
            letter = self.letter
            await self.change(replace(letter, files=(*letter.files, file), blobs=(*letter.blobs, blob)))

        hint = "a path, such as ~/june.csv"
        self._ask(
            Question("Attach a file", (), "enter attach   esc close", False, free="this", hint=hint), then
        )

    def ask_people(self, field: str) -> None:
        """Who is in To, Cc or Bcc (`to`, `cc`, `bcc`)."""
        title, none = PEOPLE[field]

        async def then(picked: PickerBox.Picked) -> None:
            people = tuple(one.strip() for one in picked.typed.split(",") if one.strip())
            wrong = next((one for one in people if "@" not in one), "")
            if wrong:
                raise Refused(f"{wrong[:40]} is no address; the {none} are as they were.")
            letter = self.letter
            named = {address_of(one) for one in people}
            left = tuple(one for one in letter.others if address_of(one) not in named)
            now = {"to": letter.to, "cc": letter.cc, "bcc": letter.bcc} | {field: people}
            asked = () if field == "to" else letter.asked
            await self.change(replace(letter, **now, others=left, asked=asked))  # pyright: ignore[reportArgumentType]

        letter, foot = self.letter, "enter set   esc close"
        now = ", ".join({"to": letter.to, "cc": letter.cc, "bcc": letter.bcc}[field])
        hint = f"addresses with commas between; none: no {none}"
        if field == "to" and letter.asked:
            hint = f"wanted at: {', '.join(letter.asked)}"
        self._ask(
            Question(title, (), foot, False, free="these", typed=now, hint=hint, may_be_empty=True), then
        )

    async def everybody(self) -> None:
        """Everybody the letter answered names gets the reply too."""
        letter = self.letter
        found = writing.prepare(self.desk, letter.ticket, everybody=True)
        known = {address_of(person) for person in letter.people}
        to = tuple(one for one in found.to if address_of(one) not in known)
        cc = tuple(one for one in found.cc if address_of(one) not in known)
        if letter.forward or not (to or cc):
            raise Refused("Nobody else is named by the letter.")
        await self.change(replace(letter, to=(*letter.to, *to), cc=(*letter.cc, *cc), others=()))

    async def inline(self) -> None:
        """Put the letter answered into the text, to write between its lines."""
        quote = writing.quoted(self.desk, self.letter.ticket, force=True)
        if not quote:
            raise Refused("There is no letter to quote.")
        self.composing.box.insert(quote)
        await self.change(replace(self.letter, quote=""))

    async def toggle_html(self) -> None:
        """With an HTML form of the text, or without."""
        await self.change(replace(self.letter, html=not self.composing.with_html(self.letter)))

    def ask_later(self) -> None:
        """The moment the letter is to leave."""
        zone = moments.local()

        async def then(picked: PickerBox.Picked) -> None:
            words = picked.ids[0] if picked.ids else picked.typed
            at = moments.ahead(words, now=self.desk.now, zone=zone)
            await self.composing.send(None, at=at)

        self._ask(choosing.later(self.desk.now), then)

    def ask_discard(self) -> None:
        """Asked with another key than the one that asked for it."""

        async def then(picked: PickerBox.Picked) -> None:
            if picked.ids != ("discard",):
                self.composing.box.focus_text()
                return
            ticket = self.letter.ticket.id
            await self.screen.desk_app.commit(lambda: drafting.discard(self.desk, ticket))
            self.composing.leave()
            self.screen.telling.tell("Draft discarded.")

        choices = (Choice("keep", "keep the draft", "k"), Choice("discard", "throw it away", "x"))
        self._ask(Question("Discard the draft?", choices), then)

    def ask_new(self, begin: Callable[[str, str], Awaitable[None]]) -> None:
        """Whom a new ticket is for, and what it is about."""

        async def then(picked: PickerBox.Picked) -> None:
            address, _, subject = picked.typed.strip().partition(" ")
            if "@" not in address:
                raise Refused("Write an address and a subject, such as: dana@acme.example Your export.")
            await begin(address, subject.strip())

        hint = "an address and a subject: dana@acme.example Your export"
        foot = "enter begin   esc close"
        self._ask(Question("New ticket", (), foot, False, free="this", hint=hint), then)

    def _ask(self, question: Question, then: Callable[[PickerBox.Picked], Awaitable[None]]) -> None:
        self.screen.acting.ask(question, then)


def warning(desk: Desk, letter: Letter, text: str) -> str:
    """One line of what should be looked at before a reply leaves, or nothing."""
    words = text.casefold()
    if words_since := moved.since(desk, letter.ticket.id, letter.base):
        return f"{words_since}; it stands above."
    if letter.asked and not letter.note:
        return f"Answers are wanted at {', '.join(letter.asked)}, another domain than the writer's."
    if "{{" in text or "}}" in text:
        return "A blank is not filled in."
    if not letter.files and any(word in words for word in ATTACHED):
        return "It speaks of an attachment and has none."
    if any(address_of(person).partition("@")[0] in NOBODY_READS for person in letter.to):
        return "Nobody reads what is sent to this address."
    if came_back := panes.returned(desk, (*letter.to, *letter.cc)):
        return came_back
    other = panes.other_name(desk, letter.ticket, text)
    return f"It greets {other}, and the customer has another name." if other else ""
