"""Going live from the screen: shadow mode, some senders, or all; one key, one undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm import live
from deskterm.counting import many
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import Refused

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

SHADOW = "reads, sends nothing, changes nothing on the server"
SOME = "replies to named senders and domains leave"


class Living:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def handlers(self) -> dict[str, Handler]:
        return {"desk.live": lambda _: self.ask()}

    def ask(self) -> None:
        """How live the desk is to be; what would leave stands beside it."""
        now = live.state(self.desk)
        waiting = len(live.held(self.desk))
        leave = f"{many(waiting, 'reply', 'replies')} held would leave" if waiting else "replies leave"
        choices = (
            Choice("shadow", "shadow", "s", SHADOW, ticked=now == live.OFF),
            Choice("some", "for some", "f", SOME, ticked=now not in (live.ON, live.OFF)),
            Choice("all", "for all", "a", leave, ticked=now == live.ON),
        )  # fmt: skip

        async def then(picked: PickerBox.Picked) -> None:
            chosen = picked.ids[0]
            if chosen == "some":
                self._ask_whom("" if now in (live.ON, live.OFF) else now)
                return
            work = live.close if chosen == "shadow" else live.open_
            self.screen.telling.done(await self.screen.desk_app.commit(lambda: work(self.desk)))

        self.screen.acting.ask(Question("Going live", choices), then)

    def _ask_whom(self, now: str) -> None:
        async def then(picked: PickerBox.Picked) -> None:
            named = live.named(picked.typed)
            if not named:
                raise Refused("Write addresses or @domains, such as: lee@acme.example @orbis.example.")
            done = await self.screen.desk_app.commit(lambda: live.open_(self.desk, named))
            self.screen.telling.done(done)

        hint = "lee@acme.example @orbis.example: addresses, and domains with @"
        foot = "enter goes live for these   esc close"
        self.screen.acting.ask(
            Question("Live for", (), foot, False, free="these", hint=hint, typed=now), then
        )
