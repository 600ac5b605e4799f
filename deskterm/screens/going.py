"""Going places on the main screen: panes, queues, other lists, palette, help, copying and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from deskterm import actions, acts, attachments, panes
from deskterm.actions import ANYWHERE, BY_ID, CONVERSATION, LIST
from deskterm.safe import clean
from deskterm.screens import happened
from deskterm.screens.reading import TextScreen
from deskterm.widgets.paint import Run
from deskterm.widgets.picker import Choice, Picker, PickerBox, Question
from store import drafts, outbox, shelf
from store.errors import Refused
from store.log import history
from store.model import Queue
from store.reads import tickets

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

_QUEUES = {
    "go.mine": Queue("Mine", "is:active assignee:me"),
    "go.unassigned": Queue("Unassigned", "is:active assignee:none"),
    "go.all": Queue("All open", "is:open"),
    "go.waiting": Queue("Waiting", "is:waiting", "newest"),
    "go.snoozed": Queue("Snoozed", "is:snoozed", "newest"),
}
_EVERYTHING = Queue("Everything", "", "newest")
_SORTS = (
    ("sla", "s", "by SLA"),
    ("newest", "n", "newest first"),
    ("priority", "p", "by priority"),
    ("who", "w", "by customer"),
)


class Going:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def handlers(self) -> dict[str, Handler]:
        queues: dict[str, Handler] = {name: self._queue_handler(queue) for name, queue in _QUEUES.items()}
        copies: dict[str, Handler] = {
            f"copy.{what}": self._copy_handler(what)
            for what in ("number", "link", "address", "text", "msgid")
        }
        own: dict[str, Handler] = {
            "ticket.open": lambda _: self.open_ticket(),
            "nav.back": lambda _: self.back(),
            "nav.close": lambda _: self.quit(),
            "app.quit": lambda _: self.quit(),
            "nav.pane": lambda _: self.next_pane(),
            "view.zoom": lambda _: self.zoom(),
            "view.customer": lambda _: self.customer_pane(),
            "list.sort": lambda _: self.ask_sort(),
            "command.open": lambda _: self.palette(),
            "help.keys": lambda _: self.keys(),
            "desk.refresh": lambda _: self.refresh(),
            "app.suspend": lambda _: self.suspend(),
            "ticket.history": lambda _: self.ticket_history(),
            "go.history": lambda _: self.desk_history(),
            "go.drafts": lambda _: self.drafts(),
            "go.outbox": lambda _: self.outbox(),
            "go.errors": lambda _: self.errors(),
            "go.search": lambda _: self.search(),
            "go.customer": lambda _: self.customer(),
            "file.open": lambda digit: self.file(digit, opening=True),
            "file.save": lambda digit: self.file(digit, opening=False),
        }  # fmt: skip
        return queues | copies | own

    # Panes

    async def open_ticket(self) -> None:
        """Into the conversation; the ticket counts as read."""
        screen = self.screen
        if screen.list.line is None:
            return
        screen.add_class("reading")
        screen.talk.focus()
        screen.draw_hints()
        ticket = tickets.ticket(self.desk.conn, screen.list.line.id)
        if ticket.unread:
            await screen.desk_app.commit(lambda: self.desk.do(acts.read([ticket])))
            screen.refresh_all()

    def back(self) -> None:
        """One step: the filter, the selection, the pane."""
        screen = self.screen
        if screen.has_class("with-customer"):
            screen.remove_class("with-customer")
        elif screen.talk.has_focus or screen.has_class("reading"):
            screen.remove_class("reading")
            screen.list.focus()
        elif screen.list.drop_selection():
            return
        elif screen.view.filter:
            screen.narrow("")
        screen.draw_hints()

    def next_pane(self) -> None:
        screen = self.screen
        if screen.list.has_focus:
            screen.add_class("reading")
            screen.talk.focus()
        else:
            screen.remove_class("reading")
            screen.list.focus()
        screen.draw_hints()

    def zoom(self) -> None:
        """The focused pane takes the whole width, and gives it back."""
        name = "zoom-talk" if self.screen.talk.has_focus else "zoom-list"
        on = not self.screen.has_class(name)
        self.screen.remove_class("zoom-talk", "zoom-list")
        self.screen.set_class(on, name)

    def customer_pane(self) -> None:
        wide = self.screen.has_class("-wide")
        self.screen.toggle_class("without-customer" if wide else "with-customer")

    # Queues

    def _queue_handler(self, queue: Queue) -> Handler:
        return lambda _: self.go(queue)

    def go(self, queue: Queue) -> None:
        """To the tab of this name, or to the query itself where no tab has it."""
        names = [tab.name for tab in self.screen.tabs]
        if queue.name in names:
            self.screen.switch(names.index(queue.name))
        else:
            self.show(queue)

    def show(self, queue: Queue, *, keep: str = "") -> None:
        from deskterm.screens.main import View

        self.screen.view = View(queue)
        self.screen.show_view(keep=keep)

    def search(self) -> None:
        """Everything, and the filter box open on it."""
        self.show(_EVERYTHING)
        self.screen.open_filter()

    def customer(self) -> None:
        """All tickets of the customer under the cursor."""
        pane = self.screen.pane
        if pane is None or pane.customer is None:
            raise Refused("This ticket has no customer.")
        email = pane.customer.email
        self.show(Queue(clean(pane.customer.name or email), f'customer:"{email}"', "newest"))

    def ask_sort(self) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            from dataclasses import replace

            line = self.screen.list.line
            self.screen.view = replace(self.screen.view, sort=picked.ids[0])
            self.screen.show_view(keep=line.id if line else "")

        choices = tuple(Choice(name, words, key) for name, key, words in _SORTS)
        self.screen.acting.ask(Question("Sort", choices), then)

    # Lists of other things

    def drafts(self) -> None:
        rows = [
            (d.ticket, f"{d.kind}: {clean(d.text.strip()[:60])}")
            for d in drafts.of_agent(self.desk.conn, self.desk.agent)
        ]
        self._tickets("Drafts", rows, empty="No draft waits.")

    def outbox(self) -> None:
        rows = [(row.ticket, f"{row.state}: {clean(row.error)}") for row in outbox.unsent(self.desk.conn)]
        self._tickets("Outbox", rows, empty="Nothing waits to go out.")

    def errors(self) -> None:
        """What went wrong: replies refused or unsure, letters on the shelf."""
        states = (outbox.REFUSED, outbox.UNSURE)
        rows = [
            (r.ticket, f"{r.state}: {clean(r.error)}")
            for r in outbox.unsent(self.desk.conn)
            if r.state in states
        ]
        rows += [
            ("", f"shelf: {clean(one.source)}: {clean(one.reason)}") for one in shelf.lying(self.desk.conn)
        ]
        self._tickets("Errors", rows, empty="Nothing went wrong.")

    def _tickets(self, title: str, rows: Sequence[tuple[str, str]], *, empty: str) -> None:
        if not rows:
            self.screen.tell(empty)
            return
        choices = tuple(Choice(str(n), self._named(eid), detail=words) for n, (eid, words) in enumerate(rows))

        async def then(picked: PickerBox.Picked) -> None:
            eid = rows[int(picked.ids[0])][0]
            if eid and not self.screen.list.go_to(eid):
                self.show(_EVERYTHING, keep=eid)

        self.screen.acting.ask(
            Question(f"{title} {len(rows)}", choices, foot="enter goes there   esc close"), then
        )

    def _named(self, eid: str) -> str:
        found = tickets.many(self.desk.conn, [eid])
        return clean(acts.name(found)) if found else "(no ticket)"

    def ticket_history(self) -> None:
        ticket = self.screen.line_ticket()
        if ticket is None:
            raise Refused("There is no ticket here.")
        entries = history.of_ticket(self.desk.conn, ticket.id)
        lines = happened.lines(entries, now=self.desk.now, width=self.screen.width, names={})
        self._read(f"What happened to {clean(acts.name([ticket]))}", lines)

    def desk_history(self) -> None:
        entries = history.of_desk(self.desk.conn)
        names = happened.names(self.desk, entries)
        lines = happened.lines(entries, now=self.desk.now, width=self.screen.width, names=names)
        self._read("Everything that happened, newest first", lines)

    def _read(self, title: str, lines: Sequence[Sequence[Run]]) -> None:
        self.screen.desk_app.push_screen(TextScreen(title, lines, symbols=self.screen.look))

    # Commands and help

    def palette(self) -> None:
        """Every command that applies here, with its key, so that it teaches."""
        self._actions("Commands", instant=False)

    def keys(self) -> None:
        self._actions("Keys here", instant=False)

    def _actions(self, title: str, *, instant: bool) -> None:
        places = {ANYWHERE, *((CONVERSATION, LIST) if self.screen.talk.has_focus else (LIST,))}
        found = [a for a in actions.ACTIONS if places & set(a.where) and a.id in self.screen.handlers]
        ticket = self.screen.line_ticket()
        choices = tuple(
            Choice(a.id, a.words, a.shown_keys, f"{a.group}  {a.id}", off=self._off(a.id, ticket is not None))
            for a in found
        )

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None and picked.ids:
                await self.screen.perform(picked.ids[0])

        question = Question(title, choices, foot="type to find   enter runs it   esc close", instant=instant)
        self.screen.desk_app.push_screen(Picker(question, symbols=self.screen.look), then)

    def _off(self, action: str, ticket: bool) -> str:
        """Why an action cannot be done now, or nothing."""
        needs = BY_ID[action].where != (ANYWHERE,) and action.partition(".")[0] in (
            "ticket",
            "reply",
            "note",
            "copy",
            "macro",
        )
        if needs and not ticket and action != "ticket.new":
            return "There is no ticket here."
        if action == "change.repeat" and self.screen.acting.again is None:
            return "Nothing to repeat yet."
        return ""

    def refresh(self) -> None:
        """Sort again and look for mail now."""
        line = self.screen.list.line
        self.screen.show_view(keep=line.id if line else "")
        self.screen.refresh_tabs()
        loop = self.screen.desk_app.loop_
        if loop is not None:
            loop.poke()
        self.screen.tell("Checking for mail." if loop else "Sorted.")

    def quit(self) -> None:
        """Leave; asks only when a reply waits inside its ten seconds."""
        waiting = panes.next_unsent(self.desk)
        if waiting is None or waiting.not_before > self.desk.now + 60:
            self.screen.desk_app.exit(0)
            return

        async def then(picked: PickerBox.Picked) -> None:
            if picked.ids == ("go",):
                self.screen.desk_app.exit(0)

        choices = (
            Choice("stay", "stay until it has left", "s"),
            Choice("go", "quit; it leaves at the next start", "x"),
        )
        self.screen.acting.ask(Question("A reply has not left yet", choices), then)

    def suspend(self) -> None:
        try:
            self.screen.desk_app.action_suspend_process()
        except SuspendNotSupported:
            raise Refused("This terminal cannot suspend the desk.") from None

    # Copying and files

    def _copy_handler(self, what: str) -> Handler:
        return lambda _: self.copy(what)

    def copy(self, what: str) -> None:
        """Put a piece of the ticket on the clipboard of the terminal (OSC 52)."""
        pane = self.screen.pane
        if pane is None:
            raise Refused("There is no ticket here.")
        last = pane.said[-1] if pane.said else None
        text = {
            "number": acts.label(pane.ticket),
            "link": f"deskterm show {acts.label(pane.ticket).removeprefix('#')}",
            "address": pane.customer.email if pane.customer else "",
            "text": last.text if last else "",
            "msgid": last.message.msgid if last else "",
        }[what]
        if not text:
            raise Refused("There is nothing of that kind to copy here.")
        self.screen.desk_app.copy_to_clipboard(text)
        self.screen.tell(f"Copied {clean(text.splitlines()[0][:60])} (through the terminal, OSC 52)")

    def file(self, digit: int, *, opening: bool) -> None:
        """Save attachment number `digit`, and open it where there is a desktop."""
        pane = self.screen.pane
        found = attachments.numbered(pane.said) if pane else []
        if not 0 < digit <= len(found):
            raise Refused(f"There is no attachment {digit}; this ticket has {len(found)}.")
        message, file = found[digit - 1]
        path = attachments.save(self.desk, message, file, folder=attachments.downloads(self.desk))
        opened = opening and attachments.open_(path)
        self.screen.tell(f"{'Opened' if opened else 'Saved'} {clean(str(path))}")
