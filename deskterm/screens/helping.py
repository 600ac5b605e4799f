"""The palette and the key help: every action that applies here, with its key, and why one does not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from deskterm import actions, attachments, known
from deskterm.action import ANYWHERE, TEXT, WRITING, Action, keys_shown
from deskterm.panes import TicketPane
from deskterm.screens import offered
from deskterm.widgets.picker import PickerBox
from store.errors import Refused
from store.model import DONE, Status

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

OFTEN = 3
"""Times an action is fetched from the palette before its key is pointed out."""
NO_TICKET = "There is no ticket here."
_ON_TICKETS = ("ticket", "reply", "note", "copy", "macro", "file", "ask")


class Helping:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self._fetched: Counter[str] = Counter()
        """How often each action was fetched from the palette in this sitting."""

    def handlers(self) -> dict[str, Handler]:
        return {
            "command.open": lambda _: self.palette(),
            "help.keys": lambda _: self.keys(),
            "text.leave": lambda _: self.screen.composer.leave_text(),
            "text.undo": lambda _: self.screen.composer.undo_typing(),
        }

    def palette(self) -> None:
        """Every command, with its key, so that it teaches."""
        self._ask("Commands", keys_first=False)

    def keys(self) -> None:
        """Every key of this place, grouped; enter does it."""
        self._ask("Keys here", keys_first=True)

    def _ask(self, title: str, *, keys_first: bool) -> None:
        keymap, look = self.screen.keymap, self.screen.look
        choices = tuple(
            offered.choice(one, keymap=keymap, look=look, off=self.why_off(one.id)) for one in self._here()
        )

        async def then(picked: PickerBox.Picked) -> None:
            if picked.by == offered.CHANGE:
                self.screen.going.settings(picked.ids[0])
                return
            await self.screen.perform(picked.ids[0])
            if not keys_first and (lesson := self.fetched(picked.ids[0])):
                self.screen.telling.teach(*lesson)

        self.screen.acting.ask(offered.question(title, choices, keys_first=keys_first), then)

    def fetched(self, action: str) -> tuple[str, str] | None:
        """An action was fetched from a palette; from the third time on its key and the words of a lesson."""
        self._fetched[action] += 1
        keys = self.screen.keymap.keys(action)
        if self._fetched[action] < OFTEN or not keys:
            return None
        return keys_shown(keys[0]), f" does that too: {actions.BY_ID[action].words}"

    def _here(self) -> list[Action]:
        screen = self.screen
        places = {WRITING, TEXT} if screen.writing else {ANYWHERE, *screen.places()}
        found = [a for a in actions.ACTIONS if places & set(a.where) and a.id in screen.handlers]
        return [action for action in found if not any("1-9" in key for key in action.keys)]

    def needs_a_ticket(self, action: str) -> None:
        """Raises Refused with the words of the palette where an action has nothing to act on."""
        if self.screen.showing.pane is None and self.why_off(action) == NO_TICKET:
            raise Refused(NO_TICKET)

    def why_off(self, action: str) -> str:
        """Why an action cannot be done now, or nothing."""
        pane = self.screen.showing.here()
        if action == "change.repeat" and self.screen.acting.again is None:
            return "Nothing to repeat yet."
        if action == "change.undo" and not known.can_undo(self.desk):
            return "There is nothing to undo."
        if action == "change.redo" and not known.can_redo(self.desk):
            return "There is nothing to redo."
        room = action.partition(".")[0]
        if room not in _ON_TICKETS and action not in ("go.customer", "change.repeat", "view.unfold"):
            return ""
        if action == "ticket.new" or self.screen.list.picked.count(self.screen.list.total):
            return ""
        if pane is None:
            return "" if action == "ticket.take" else NO_TICKET
        return self._off_for(action, pane)

    def _off_for(self, action: str, pane: TicketPane) -> str:
        ticket = pane.ticket
        nothing_attached = not attachments.numbered(pane.said)
        already = {
            "ticket.solve": (ticket.status is Status.SOLVED, "It is solved already."),
            "ticket.wait": (ticket.status is Status.WAITING, "It waits for the customer already."),
            "ticket.spam": (ticket.status is Status.SPAM, "It is spam already."),
            "ticket.take": (ticket.assignee == self.desk.agent, "It is yours already."),
            "ticket.unread": (ticket.unread, "It is unread already."),
            "ticket.snooze": (
                ticket.status in DONE,
                f"The ticket is {ticket.status.value}. Reopen it first (s o).",
            ),
            "go.customer": (pane.customer is None, "This ticket has no customer."),
            "ask.accept": (not pane.asks, "It asks nothing."),
            "ask.dismiss": (not pane.asks, "It asks nothing."),
            "file.open": (nothing_attached, "Nothing is attached."),
            "file.save": (nothing_attached, "Nothing is attached."),
        }
        off, why = already.get(action, (False, ""))
        return why if off else ""
