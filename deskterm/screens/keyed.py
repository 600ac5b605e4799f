"""A screen one goes to whose keys are actions of the list: help, palette and hints come with that.

What an action does is for each screen; `g` and the like lead from any of them to where they lead from main.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual import events
from textual.timer import Timer

from deskterm import actions
from deskterm.action import ANYWHERE, ROWS, Action
from deskterm.safe import clean
from deskterm.screens import offered
from deskterm.screens.offered import Entry
from deskterm.symbols import Symbols
from deskterm.widgets.few_lines import LeanScreen
from deskterm.widgets.lines import HintsLine, StatusLine
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.picker import Looked, Picker, PickerBox, Question
from deskterm.widgets.surviving import Surviving
from store.errors import StoreError

if TYPE_CHECKING:
    from deskterm.app import DesktermApp

Result = TypeVar("Result")
Act = Callable[[], Awaitable[None] | None]
Chosen = Callable[[PickerBox.Picked | None], Awaitable[None]]
ALL = 1_000_000
"""Steps to either end of any list."""


def steps(move: Callable[[int], Awaitable[None] | None], *, half: int = 5, page: int = 10) -> dict[str, Act]:
    """The actions that move a cursor, done by `move` with so many items."""
    by = {"list.down": 1, "list.half_down": half, "list.page_down": page, "list.bottom": ALL,
          "list.up": -1, "list.half_up": -half, "list.page_up": -page, "list.top": -ALL,
          "view.page_down": page, "view.page_up": -page}  # fmt: skip
    return {action: partial(move, count) for action, count in by.items()}


class KeyedScreen(Surviving, LeanScreen[Result], Generic[Result]):
    PLACE: ClassVar[str] = ROWS
    """The place of its own actions."""

    def __init__(self, *, symbols: Symbols) -> None:
        super().__init__()
        self.look = symbols
        self.place = self.PLACE
        self.waiting = ""
        """Keys of a sequence that has begun."""
        self.told: list[Run] = []
        """What was said last."""
        self._waiting_timer: Timer | None = None

    @property
    def desk_app(self) -> DesktermApp:
        return cast("DesktermApp", self.app)  # pyright: ignore[reportUnknownMemberType]

    # What each screen says and does

    def acts(self) -> dict[str, Act]:
        """What it does, by the ids of the actions; each screen adds its own."""
        out = [action.id for action in actions.ACTIONS if action.group == "Go"]
        return {
            "nav.back": self.leave,
            "nav.close": self.leave,
            "app.quit": lambda: self.desk_app.action_quit(),
            "app.suspend": lambda: self.desk_app.main.going.suspend(),
            "view.redraw": self.redraw,
            "help.keys": lambda: self._offer("Keys here", keys_first=True),
            "command.open": lambda: self._offer("Commands", keys_first=False),
            **{name: self._out(name) for name in out},
        }

    def why_off(self, action: str) -> str:
        """Why an action of this place cannot be done now, or nothing."""
        return ""

    def fits(self, action: str) -> bool:
        """Whether an action has a meaning here at all."""
        return True

    def redraw(self) -> None:
        """Everything again: another program may have written over it."""
        self.desk_app.paint_anew()
        self.refresh(repaint=True, layout=True)

    def leave(self) -> None:
        self.dismiss(None)

    def end(self, result: Result) -> None:
        """Leave with a result; an act that handed on what `dismiss` returns would wait for its own end."""
        self.dismiss(result)

    def tell(self, words: str, *, bad: bool = False) -> None:
        """Say something in the status line."""
        self.told = [(clean(words), Role.BAD if bad else Role.TEXT)] if words else []
        self.say_again()

    def say_again(self) -> None:
        """The status line as it was before something stood in its place."""
        self.query_one("#status", StatusLine).show([], [*self.told, (" ", Role.TEXT)] if self.told else [])

    # Keys

    @property
    def places(self) -> tuple[str, ...]:
        return (self.place, ROWS)

    @property
    def typing(self) -> bool:
        """A line of text has the keys."""
        return False

    async def typed_key(self, event: events.Key) -> None:
        """A key while a line of text has them; what the line should not get has to be stopped here."""

    async def on_key(self, event: events.Key) -> None:
        """Only here: the toolkit calls this method of every class a screen is made of."""
        if self.typing:
            await self.typed_key(event)
            return
        event.stop()
        event.prevent_default()
        hit = self.desk_app.keymap.press(event.key, places=self.places, waiting=self.waiting)
        self.wait_for(hit.waiting if hit is not None else "")
        if hit is not None and hit.action:
            await self.do(hit.action)

    def wait_for(self, keys: str) -> None:
        """A sequence has begun (or, empty, is over); its choices stand in the hints line for a while."""
        if self._waiting_timer is not None:
            self._waiting_timer.stop()
            self._waiting_timer = None
        if not keys and not self.waiting:
            return
        self.waiting = keys
        self.draw_hints()
        if keys:
            self._waiting_timer = self.set_timer(self.desk_app.keymap.WAIT, lambda: self.wait_for(""))

    async def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        self.wait_for("")
        await self.hinted(event.action)

    async def hinted(self, action: str) -> None:
        """A click on a hint."""
        await self.do(action)

    async def do(self, action: str) -> None:
        """Do an action by its id. What it refuses is said and nothing else happens."""
        act = self.acts().get(action)
        if act is None or not self.fits(action):
            return
        if why := self.why_off(action):
            self.tell(why, bad=True)
            return
        try:
            result = act()
            if result is not None:
                await result
        except StoreError as error:
            self.tell(str(error), bad=True)

    def _out(self, action: str) -> Act:
        """To the main screen, and there whatever the action does."""

        def act() -> None:
            app = self.desk_app
            app.to_main()
            app.main.call_later(app.main.perform, action)

        return act

    # Hints, help and palette

    def hints(self) -> Sequence[Entry]:
        """What the hints line offers: the actions of this place, most useful first."""
        found = [one for one in self._here() if one.rank and self.place in one.where]
        found.sort(key=lambda one: one.rank)
        keymap = self.desk_app.keymap
        entries = [(offered.shown(keymap.keys(one.id)[0], self.look), one.words, one.id) for one in found]
        return [*entries, ("esc", "back", "nav.back")]

    def draw_hints(self) -> None:
        """The hints line again: what a key would do, or what may follow the one that was pressed."""
        line, status = self.query_one("#hints", HintsLine), self.query_one("#status", StatusLine)
        if self.waiting:
            acts = self.acts()
            follow = self.desk_app.keymap.choices(self.waiting, places=self.places)
            entries = [(offered.key_shown(key), one.words, one.id) for key, one in follow if one.id in acts]
            offered.lay(entries, room=self.size.width - 2, hints=line, status=status)
            return
        help_ = actions.BY_ID["help.keys"]
        last = (offered.shown(self.desk_app.keymap.keys(help_.id)[0], self.look), help_.words, help_.id)
        line.show_entries(list(self.hints()), last)
        self.say_again()

    def _here(self) -> list[Action]:
        """The actions that mean something here, those of this place first."""
        acts = self.acts()
        places = {ANYWHERE, *self.places}
        found = [a for a in actions.ACTIONS if a.id in acts and places & set(a.where) and self.fits(a.id)]
        return sorted(found, key=lambda action: self.place not in action.where)

    def _offer(self, title: str, *, keys_first: bool) -> None:
        """The palette or the help of this screen; what is chosen there is done."""
        keymap = self.desk_app.keymap
        choices = tuple(
            offered.choice(one, keymap=keymap, look=self.look, off=self.why_off(one.id))
            for one in self._here()
        )

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is None:
                return
            if picked.by == offered.CHANGE:
                self.change_key(picked.ids[0])
                return
            await self.do(picked.ids[0])
            lesson = None if keys_first else self.desk_app.main.helping.fetched(picked.ids[0])
            if lesson is not None and self.is_current:
                self.tell(lesson[0] + lesson[1])

        self.ask(offered.question(title, choices, keys_first=keys_first), then)

    def change_key(self, action: str) -> None:
        """Another key for an action."""
        self.desk_app.main.going.settings(action)

    def ask(self, question: Question, then: Chosen, *, looked: Looked | None = None) -> None:
        """Show a picker over this screen; `looked` hears which choice the cursor is on."""
        self.desk_app.push_screen(Picker(question, looked=looked, symbols=self.look), then)
