"""The practice tour: a line at the bottom says the next step of a morning and notices when it is done.

Sees the ids of actions and that something was committed; does nothing itself. Left at any time by its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from deskterm import clock
from deskterm.actions import BY_ID
from deskterm.widgets.lines import StatusLine
from deskterm.widgets.paint import Role
from store.errors import Refused

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen


class Step(Struct, frozen=True):
    words: str
    wants: tuple[str, ...]
    """Actions one after the other; a name ending with a point stands for all that begin with it."""
    acts: bool = False
    """The step is done when the last of them has changed the desk, not when it was pressed."""


STEPS = (
    Step(
        "j and k move, the letter beside the list follows. Go down two tickets.", ("list.down", "list.down")
    ),
    Step("enter goes into the conversation, esc comes back. Try both.", ("ticket.open", "nav.back")),
    Step("e solves a ticket and goes on to the next. Solve this one.", ("ticket.solve",), acts=True),
    Step("Nothing is ever lost: z takes the last act back.", ("change.undo",), acts=True),
    Step("h lets a ticket sleep. Press h, then m for tomorrow morning.", ("ticket.snooze",), acts=True),
    Step("r answers. Press it and write a line.", ("reply.inline",)),
    Step(
        "esc leaves the text, y sends it and solves the ticket; mail waits ten seconds.",
        ("write.",),
        acts=True,
    ),
    Step("Changed your mind? z calls the reply back, text and all.", ("change.undo",), acts=True),
    Step("Esc, then q keeps it as a draft.", ("write.keep",)),
    Step("/ narrows the list: press it and type a word; esc shows all again.", ("list.filter",)),
    Step("g goes places: g a shows all that is open, g i what is yours.", ("go.",)),
    Step("? lists every key of the place you are in, : finds any command by name.", ("help.keys",)),
)
OVER = "That was the morning; everything else is behind ? and :. Play on, nothing here leaves this machine."


class Touring:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.at: int | None = None
        """The step that is next; None while there is no tour."""
        self._seen = 0
        self._armed = False

    def handlers(self) -> dict[str, Handler]:
        return {"demo.tour": lambda _: self.switch()}

    async def switch(self) -> None:
        """Begin the tour, or leave it. Only where nothing is real."""
        if self.at is not None:
            self.at = None
            await self.screen.query("#tour").remove()
            return
        if clock.kept(self.screen.desk.home) is None:
            raise Refused("The tour is for the practice desk: `deskterm demo --tour`.")
        if not self.screen.query("#tour"):
            line = StatusLine(symbols=self.screen.look, grows=True, id="tour")
            await self.screen.mount(line, after="#hints")
        self._go(0)

    def begins(self, action: str) -> None:
        """An action is about to be done."""
        if self.at is None or self.at >= len(STEPS):
            return
        step = STEPS[self.at]
        self._armed = step.acts and self._seen == len(step.wants) - 1 and _meant(action, step.wants[-1])

    def saw(self, action: str) -> None:
        """An action was done, and not refused."""
        if self.at is None or self.at >= len(STEPS):
            return
        step = STEPS[self.at]
        if not step.acts and _meant(action, step.wants[self._seen]):
            self._seen += 1
            if self._seen == len(step.wants):
                self._go(self.at + 1)

    def committed(self) -> None:
        """Something changed the desk."""
        if self.at is not None and self._armed:
            self._go(self.at + 1)

    def _go(self, at: int) -> None:
        self.at, self._seen, self._armed = at, 0, False
        count = f"{at + 1} of {len(STEPS)} " if at < len(STEPS) else ""
        words = STEPS[at].words if at < len(STEPS) else OVER
        leave = f"  {BY_ID['demo.tour'].keys[0]} leaves the tour "
        line = self.screen.query_one("#tour", StatusLine)
        line.show([], [(f"{count}{words}{leave}", Role.MARK)])


def _meant(action: str, wanted: str) -> bool:
    return action.startswith(wanted) if wanted.endswith(".") else action == wanted
