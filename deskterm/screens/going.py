"""Going places on the main screen: between panes, queues and orders, and out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import SuspendNotSupported

from deskterm import acts, known, panes
from deskterm.safe import clean
from deskterm.screens.showing import ORDERS
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import QueryError, Refused, StoreError
from store.model import Queue

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

QUEUES = {
    "go.mine": Queue("Mine", "is:active assignee:me"),
    "go.unassigned": Queue("Unassigned", "is:active assignee:none"),
    "go.all": Queue("All open", "is:open"),
    "go.waiting": Queue("Waiting", "is:waiting", "newest"),
    "go.snoozed": Queue("Snoozed", "is:snoozed", "newest"),
}
EVERYTHING = Queue("Everything", "", "newest")
_SORT_KEYS = {"sla": "s", "newest": "n", "priority": "p", "who": "w"}
_LEAVES_LATER = 60
"""Seconds beyond which a reply that waits is no reason to ask before quitting."""


class Going:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def handlers(self) -> dict[str, Handler]:
        def doing(step: Callable[[], object]) -> Handler:
            return lambda _: (step(), None)[1]

        queues: dict[str, Handler] = {name: self._to(queue) for name, queue in QUEUES.items()}
        own: dict[str, Handler] = {
            "ticket.open": lambda _: self.open_ticket(),
            "nav.back": lambda _: self.back(),
            "nav.close": lambda _: self.quit(),
            "app.quit": lambda _: self.quit(),
            "nav.pane": lambda _: self.next_pane(),
            "view.zoom": lambda _: self.zoom(),
            "view.customer": lambda _: self.customer_pane(),
            "view.line_down": doing(lambda: self.scroll(1)),
            "view.line_up": doing(lambda: self.scroll(-1)),
            "view.page_down": doing(lambda: self.scroll_pages(1)),
            "view.page_up": doing(lambda: self.scroll_pages(-1)),
            "view.unfold": doing(lambda: self.screen.talk.unfold()),
            "view.redraw": doing(self.redraw),
            "list.sort": lambda _: self.ask_sort(),
            "go.search": lambda _: self.search(),
            "go.settings": doing(self.settings),
            "go.customer": lambda _: self.customer(),
            "desk.refresh": lambda _: self.refresh(),
            "app.suspend": lambda _: self.suspend(),
        }
        return queues | own

    def _to(self, queue: Queue) -> Handler:
        return lambda _: self.screen.showing.go(queue)

    # Panes

    async def open_ticket(self) -> None:
        """Into the conversation; the ticket counts as read."""
        screen = self.screen
        if screen.list.line is None:
            raise Refused("There is no ticket here.")
        ticket = screen.list.line.id
        screen.show_mode("reading")
        screen.talk.focus()
        found = [one for one in known.some(self.desk, [ticket]) if one.unread]
        if found:
            await screen.desk_app.commit(lambda: self.desk.do(acts.read(found)))
            screen.showing.refresh(own=True)

    def back(self) -> None:
        """One step: what is looked for, pane, zoom, selection, filter, a list that is no queue."""
        screen = self.screen
        if screen.showing.give_up():
            return
        zoomed = [name for name in ("with-customer", "zoom-talk", "zoom-list") if screen.has_class(name)]
        if zoomed:
            screen.show_mode(zoomed[0], on=False)
            self._focus()
        elif screen.talk.has_focus or screen.has_class("reading"):
            self.to_list()
        elif screen.list.drop_selection():
            return
        elif screen.showing.view.filter:
            screen.filtering.narrow("")
        else:
            screen.showing.back()

    def to_list(self) -> None:
        self.screen.show_mode("reading", on=False)
        self.screen.list.focus()

    def next_pane(self) -> None:
        """From the list to the conversation and back."""
        self.screen.show_mode("with-customer", on=False)
        if self.screen.talk.has_focus:
            self.to_list()
        else:
            self.screen.show_mode("reading")
            self.screen.talk.focus()

    def zoom(self) -> None:
        """The pane that has the keys takes the whole width, and gives it back."""
        name = "zoom-talk" if self.screen.talk.has_focus else "zoom-list"
        on = not self.screen.has_class(name)
        for one in ("zoom-talk", "zoom-list"):
            self.screen.show_mode(one, on=on and one == name)

    def customer_pane(self) -> None:
        """The customer beside the conversation, or over it where there is no room beside."""
        name = "without-customer" if self.screen.wide else "with-customer"
        self.screen.show_mode(name, not self.screen.has_class(name))
        self._focus()

    def _focus(self) -> None:
        """The keys to what is read: a pane that was hidden has lost them."""
        (self.screen.talk if self.screen.has_class("reading") else self.screen.list).focus()

    def scroll(self, by: int) -> None:
        """Scroll what is read: the conversation, or the customer where that stands over it."""
        if self.screen.has_class("with-customer") and not self.screen.wide:
            self.screen.who.scroll_lines(by)
        else:
            self.screen.talk.scroll_lines(by)

    def scroll_pages(self, by: int) -> None:
        if self.screen.has_class("with-customer") and not self.screen.wide:
            self.screen.who.scroll_lines(by * max(self.screen.who.body_height - 2, 1))
        else:
            self.screen.talk.scroll_pages(by)

    # Lists

    def show_ticket(self, ticket: str) -> None:
        """Put the cursor on a ticket: in this list if it is there, else in that of everything, else alone.

        What is in the bin, or spam, is in no list that does not ask for it.
        """
        if self.screen.list.go_to(ticket):
            return
        self.screen.showing.go(EVERYTHING, keep=ticket)
        line, found = self.screen.list.line, known.some(self.desk, [ticket])
        if found and (line is None or line.id != ticket):
            alone = Queue(acts.label(found[0]), f"number:{found[0].number}", "newest")
            self.screen.showing.go(alone, keep=ticket)

    def search(self) -> None:
        """The search screen; from there to a ticket, or to all that was found as a list."""
        from deskterm.screens.searching import SearchScreen, Went

        async def then(went: Went | None) -> None:
            if went is None:
                return
            if not went.query:
                self.show_ticket(went.ticket)
                await self.open_ticket()
            elif self._listed(went.query, keep=went.ticket) and went.act:
                if self.screen.showing.looking.stop():  # an act waits for no list
                    self.show_ticket(went.ticket)
                await self._act_on(went.ticket, went.act)

        desk, look = self.desk, self.screen.look
        screen = SearchScreen(desk, symbols=look, saved=self.screen.showing.read_tabs)
        self.screen.desk_app.push_screen(screen, then)

    def settings(self, key_of: str = "") -> None:
        """The settings, and from then on the desk as they say; `key_of`: begin with the key of an action."""
        from deskterm.screens.settings import SettingsScreen

        app = self.screen.desk_app
        look, changed = self.screen.look, app.settings_changed
        app.push_screen(SettingsScreen(self.desk, symbols=look, changed=changed, key_of=key_of))

    def _listed(self, query: str, *, keep: str = "") -> bool:
        """A query as a list, the cursor on a ticket; False, and why is said, where it is none."""
        try:
            self.screen.showing.go(Queue(clean(query), query, "newest"), keep=keep)
        except QueryError as error:
            self.screen.telling.tell(str(error), bad=True)
            return False
        return True

    async def _act_on(self, ticket: str, action: str) -> None:
        """An action of the list, asked for on a hit of the search: on that ticket or on none."""
        line = self.screen.list.line
        if line is not None and line.id == ticket:
            await self.screen.perform(action)
        else:
            self.screen.telling.tell(
                "That ticket is not in the list of what was found; nothing was done.", bad=True
            )

    def customer(self) -> None:
        """The customer under the cursor; from there to a ticket, or to all of theirs as a list."""
        from deskterm.screens.customer import LIST, CustomerScreen

        pane = self.screen.showing.here()
        if pane is None or pane.customer is None:
            raise Refused("This ticket has no customer.")
        screen = CustomerScreen(self.desk, pane.customer.id, symbols=self.screen.look)

        async def then(went: str | None) -> None:
            self.screen.showing.refresh(own=True)
            if went == LIST:
                person = screen.person.customer
                email = person.email.replace('"', "")
                queue = Queue(clean(person.name or email), f'customer:"{email}"', "newest")
                self.screen.showing.go(queue, keep=pane.ticket.id)
            elif went is not None:
                self.show_ticket(went)

        self.screen.desk_app.push_screen(screen, then)

    def ask_sort(self) -> None:
        """Another order of the same tickets; the cursor stays on its one."""

        async def then(picked: PickerBox.Picked) -> None:
            line = self.screen.list.line
            view = replace(self.screen.showing.view, sort=picked.ids[0])
            self.screen.showing.show(view, keep=line.id if line is not None else "")

        now = self.screen.showing.view.order
        choices = tuple(
            Choice(name, ORDERS[name], key, ticked=name == now) for name, key in _SORT_KEYS.items()
        )
        self.screen.acting.ask(Question("Sort", choices), then)

    def refresh(self) -> None:
        """Sort again and look for mail now."""
        line = self.screen.list.line
        self.screen.showing.show(self.screen.showing.view, keep=line.id if line is not None else "")
        self.screen.showing.counts.draw()
        loop = self.screen.desk_app.loop_
        if loop is not None:
            loop.poke()
        self.screen.telling.tell("Looking for mail." if loop is not None else "Sorted again.")

    # Leaving

    async def quit(self) -> None:
        """Leave; asks when a reply waits inside its ten seconds, and when what is written cannot be kept."""
        try:
            await self.screen.composing.keep_now()
        except StoreError as error:
            self.screen.telling.tell(str(error), bad=True)
            self._ask_quit("What you wrote cannot be kept", stay="stay, with the text", go="quit without it")
            return
        waiting = panes.next_unsent(self.desk)
        if waiting is None or waiting.not_before > self.desk.now + _LEAVES_LATER:
            self.screen.desk_app.exit(0)
        else:
            self._ask_quit(
                "A reply has not left yet",
                stay="stay until it has left",
                go="quit; it leaves at the next start",
            )

    def _ask_quit(self, title: str, *, stay: str, go: str) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            if picked.ids == ("go",):
                self.screen.desk_app.exit(0)

        choices = (Choice("stay", stay, "s"), Choice("go", go, "x"))
        self.screen.acting.ask(Question(title, choices), then)

    def redraw(self) -> None:
        """Everything again, measured and painted anew: another program may have written over it."""
        self.screen.desk_app.paint_anew()
        self.screen.refresh(repaint=True, layout=True)

    def suspend(self) -> None:
        """Step aside for the shell that started the desk."""
        try:
            self.screen.desk_app.action_suspend_process()
        except SuspendNotSupported:
            raise Refused("This terminal cannot suspend the desk.") from None
