"""The setup screen: five questions, each checked for real before the next, and a letter that goes round.

Shows and collects; what is looked up, tried and kept is deskterm.setting_up's. Nothing is kept before the
last question is answered, and no password goes to a server that was not confirmed on the screen.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from deskterm import config, setting_up
from deskterm.config import Box, ConfigError, Settings
from deskterm.safe import clean
from deskterm.screens import setup_pages as pages
from deskterm.screens.setup_pages import PAGES, Wrong
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, Rule, StatusLine
from deskterm.widgets.paint import Role, Run
from store.errors import StoreError

if TYPE_CHECKING:
    from channels.discover import Candidate
    from channels.secret import Secret

T = TypeVar("T")
MOST_FIELDS = 3
HINTS = (("enter", "go on", ""), ("esc", "back", ""))
LEAVE = (("ctrl+q", "leave", ""), ("ctrl+t", "practice desk", ""), ("tab", "next field", ""))


class SetupScreen(Screen[None]):
    def __init__(self, home: Path, *, symbols: Symbols) -> None:
        super().__init__()
        self.home = home
        self.look = symbols
        self.at = pages.WHO
        self.settings: Settings = Settings()
        self.box = Box(address="")
        self.busy = ""
        """What is being waited for; keys that go on do nothing meanwhile."""
        self._found: Candidate | None = None
        self._secret: Secret | None = None
        self._untested = False
        """The servers could not be reached, so that they may be kept without a test."""
        self._filled: dict[str, str] = {}
        self._asked = 0
        """Number of the last question put to the outside; answers to earlier ones are too late."""

    # Layout

    def compose(self) -> ComposeResult:
        yield StatusLine(symbols=self.look, id="title")
        yield Rule(symbols=self.look)
        yield StatusLine(symbols=self.look, id="steps")
        with Vertical(id="page"):
            yield Static(id="lead", markup=False)
            for n in range(MOST_FIELDS):
                yield Static(id=f"label{n}", classes="label", markup=False)
                yield Input(compact=True, id=f"field{n}", select_on_focus=False)
            yield Static(id="said", markup=False)
        yield Rule(symbols=self.look)
        yield StatusLine(symbols=self.look, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
        try:
            self.settings = config.load(self.home)
        except ConfigError as error:
            self.say(str(error), bad=True)
        self._filled = {
            "agent": self.settings.agent if self.settings.agent != "me" else "",
            "send_key": self.settings.send_key, "undo_seconds": str(self.settings.undo_seconds),
            "archive_days": str(self.settings.archive_days),
        }  # fmt: skip
        self.show_page(pages.WHO)

    def show_page(self, at: int, *, lead: str = "") -> None:
        """Another question, with what was answered to it before."""
        self.at = at
        page = PAGES[at]
        count = "" if at == pages.ROUND else f"{at + 1} of 5 "
        self.query_one("#title", StatusLine).show([("deskterm setup", Role.TITLE)], [(count, Role.DIM)])
        self.query_one("#steps", StatusLine).show(self._steps())
        self.query_one("#lead", Static).update(Content(clean(lead or page.lead)))
        for n in range(MOST_FIELDS):
            label, field = self.query_one(f"#label{n}", Static), self.query_one(f"#field{n}", Input)
            shown = n < len(page.fields)
            label.display = field.display = shown
            if shown:
                label.update(Content(page.fields[n].label))
                field.password = page.fields[n].hidden
                field.placeholder = page.fields[n].hint
                field.value = self._filled.get(page.fields[n].name, "")
                field.cursor_position = len(field.value)
        if page.fields:
            self.query_one("#field0", Input).focus()
        else:
            self.set_focus(None)
        self._hint()

    def _steps(self) -> list[Run]:
        runs: list[Run] = []
        for n, page in enumerate(PAGES):
            mark = f" {self.look.done}" if n < self.at else ""
            words = f"{n + 1} {page.short}" if n < pages.ROUND else page.short
            runs += [(f"{words}{mark}", Role.TAB if n == self.at else Role.DIM), ("   ", Role.DIM)]
        return runs

    def _hint(self) -> None:
        here: tuple[tuple[str, str, str], ...] = HINTS
        if self.at == pages.ROUND:
            here = (("enter", "open the desk", ""), ("r", "once more", ""))
        elif self._untested:
            here = (("enter", "try again", ""), ("ctrl+o", "keep it untested", ""), HINTS[1])
        self.query_one("#hints", HintsLine).show_entries([*here, *(LEAVE if self.at != pages.ROUND else ())])

    def say(self, *lines: str, bad: bool = False, good: bool = False) -> None:
        """Sentences below the fields."""
        said = self.query_one("#said", Static)
        said.set_class(bad, "bad")
        said.set_class(good, "good")
        said.update(Content("\n".join(clean(line) for line in lines if line)))

    def wait(self, words: str) -> None:
        """Say in the status line what is being waited for; empty when it is over."""
        self.busy = words
        self.query_one("#status", StatusLine).show([(clean(words), Role.DIM)])

    # Keys

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.go_on()

    def on_key(self, event: events.Key) -> None:
        does: dict[str, Callable[[], object]] = {
            "escape": self.back, "ctrl+t": lambda: self.leave("practice"), "ctrl+o": self.keep_untested,
        }  # fmt: skip
        if self.at == pages.ROUND:
            does |= {"enter": lambda: self.leave("desk"), "r": self.send_round}
        if event.key in does:
            event.stop()
            event.prevent_default()
            does[event.key]()

    def leave(self, ending: str) -> None:
        self.over.exit(ending)

    @property
    def over(self) -> App[str]:
        """The application around it."""
        return cast("App[str]", self.app)  # pyright: ignore[reportUnknownMemberType]

    def back(self) -> None:
        """One question back; what is on its way no longer matters. What was kept stays kept."""
        self._asked += 1
        self.wait("")
        if 0 < self.at < pages.ROUND:
            self._untested = False
            self._remember()
            self.say()
            self.show_page(self.at - 1, lead=self._servers_lead() if self.at - 1 == pages.SERVERS else "")

    def said(self) -> dict[str, str]:
        """The answers on this page."""
        return {
            f.name: self.query_one(f"#field{n}", Input).value for n, f in enumerate(PAGES[self.at].fields)
        }

    def _remember(self) -> None:
        self._filled |= {name: value for name, value in self.said().items() if name != "password"}

    def go_on(self) -> None:
        """Check what this page says, and show the next."""
        if self.busy or self.at == pages.ROUND:
            return
        self._remember()
        steps = (self._who, self._servers, self._login, self._signature, self._habits)
        try:
            steps[self.at]()
        except Wrong as error:
            self.say(str(error), bad=True)
            names = [field.name for field in PAGES[self.at].fields]
            self.query_one(f"#field{names.index(error.field)}", Input).focus()

    # The five questions

    def _who(self) -> None:
        said = self.said()
        try:
            address = setting_up.address_of(said["address"])
        except ValueError as error:
            raise Wrong(str(error), "address") from None
        agent = said["agent"].strip() or self.settings.agent
        self.settings = msgspec.structs.replace(self.settings, agent=agent)
        if address == self.box.address:
            self._servers_shown()
            return
        self.box = msgspec.structs.replace(self.box, address=address)
        self.wait(f"Looking for the servers of {address} ...")
        self.beside(lambda: setting_up.find(address), self._servers_found)

    def _servers_found(self, found: tuple[Candidate, ...]) -> None:
        self._found = found[0]
        box = setting_up.with_servers(Box(address=self.box.address), found[0])
        self._filled |= {
            "imap": setting_up.server_words(box.imap, box.imap_security),
            "smtp": setting_up.server_words(box.smtp, box.smtp_security),
            "user": "" if box.user == box.address else box.user,
        }  # fmt: skip
        self._servers_shown()

    def _advice(self) -> str:
        """What the provider wants; a sign-in by OAuth is begun in the shell."""
        found = self._found
        if found is None or not found.oauth:
            return found.advice if found is not None else ""
        name = found.oauth if found.oauth in ("google", "microsoft") else "NAME"
        shell = f"deskterm setup --address {self.box.address} --oauth {name}"
        return f"{found.advice} Leave with ctrl+q and run `{shell}`; the README tells what to register."

    def _servers_shown(self) -> None:
        self.say(self._advice())
        self.show_page(pages.SERVERS, lead=self._servers_lead())

    def _servers_lead(self) -> str:
        why = f" ({self._found.why})" if self._found else ""
        return f"Are these the servers{why}? Nothing secret was sent there; enter confirms them."

    def _servers(self) -> None:
        self.box = pages.box_with_servers(self.box, self.said())
        self.say(self._advice())
        self.show_page(pages.LOGIN, lead=f"The login of {self.box.user or self.box.address} is tried once.")

    def _login(self) -> None:
        typed = self.said()["password"]
        self._untested = False
        if not typed:
            raise Wrong("Type the password; nothing goes anywhere without it.", "password")
        box, secret = self.box, setting_up.typed(typed)
        advice = self._advice()
        self.wait(f"Logging in at {box.imap} ...")
        self.say()
        self._secret = secret
        self.beside(lambda: setting_up.look(box, secret, advice=advice), self._looked)

    def _looked(self, verdict: setting_up.Verdict) -> None:
        if not verdict.ok:
            self._untested = verdict.away
            self.say(*verdict.lines, bad=True)
            self._hint()
            return
        self.say(*verdict.lines, good=True)
        self.show_page(pages.SIGNATURE)

    def keep_untested(self) -> None:
        """Go on although no server could be reached, such as without a network."""
        if self._untested and self.at == pages.LOGIN and not self.busy:
            self._untested = False
            self.say("The login is not tested; the desk says so when it is refused.")
            self.show_page(pages.SIGNATURE)

    def _signature(self) -> None:
        lines = [self.said()[f"line{n}"].rstrip() for n in (1, 2, 3)]
        self.box = msgspec.structs.replace(self.box, signature="\n".join(lines).strip("\n"))
        self.say()
        self.show_page(pages.HABITS)

    def _habits(self) -> None:
        self.settings = pages.habits(self.settings, self.said())
        self.wait("Keeping it ...")
        home, settings, box, secret = self.home, self.settings, self.box, self._secret

        def work() -> str:
            words = setting_up.keep_secret(box, secret) if secret is not None else ""
            setting_up.keep(home, settings, box)
            return words

        self.beside(work, self._kept)

    # The letter that goes round

    def _kept(self, words: str) -> None:
        self.show_page(pages.ROUND)
        self.say(words)
        self.query_one("#field0", Input).value = ""
        self.send_round()

    def send_round(self) -> None:
        """Send the letter, and see it arrive."""
        if self.busy:
            return
        home, box, secret = self.home, self.box, self._secret
        self.wait("A letter goes round ...")
        asked = self._asked + 1
        tell = self._telling(asked)
        self.beside(
            lambda: setting_up.send_round(home, box, secret, tell=tell, go=lambda: self._asked == asked),
            self._came_round,
        )  # fmt: skip

    def _telling(self, asked: int) -> Callable[[str], None]:
        def show(words: str) -> None:
            if self._asked == asked:
                self.say(words)

        def tell(words: str) -> None:
            with contextlib.suppress(RuntimeError):
                self.over.call_from_thread(show, words)

        return tell

    def _came_round(self, words: str) -> None:
        self.say(
            words,
            "The desk begins in shadow mode: it reads, sends nothing and changes nothing on the server,"
            " until you go live (g l) for some senders or for all.",
            good=True,
        )

    # Beside the screen

    def beside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Do what may take long in a thread that can be left behind; a mistake becomes a sentence."""
        self._asked += 1
        asked = self._asked

        def done(result: T | None, words: str) -> None:
            if asked != self._asked:
                return
            self.wait("")
            if words:
                self.say(words, bad=True)
            else:
                then(cast("T", result))

        def run() -> None:
            result, words = None, ""
            try:
                result = work()
            except (StoreError, ConfigError, OSError, *setting_up.TROUBLE) as error:
                words = str(error)
            except Exception as error:
                # What was asked for is in its frames and words; only its kind may be shown.
                words = f"A mistake of deskterm's own stopped this ({type(error).__name__}); try again."
            with contextlib.suppress(RuntimeError):
                self.over.call_from_thread(done, result, words)

        threading.Thread(target=run, name="setup", daemon=True).start()
