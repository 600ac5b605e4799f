"""The small application around the setup screen: theme, second net, an ending that shows no value.

How it ended is its result: `desk`, `practice`, or nothing where it was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from textual.app import App
from textual.filter import LineFilter

import themes
from deskterm.config import ConfigError, Settings, load
from deskterm.screens.setup import SetupScreen
from deskterm.symbols import symbols
from deskterm.widgets.guard import Colourless, LineGuard


class SetupApp(App[str]):
    ENABLE_COMMAND_PALETTE = False
    TITLE = "deskterm setup"
    CSS_PATH = "setup.tcss"

    def __init__(self, home: Path) -> None:
        settings = _settings(home)
        name, self._no_colour = themes.pick(os.environ, settings.theme)
        super().__init__(ansi_color=True if self._no_colour else None)
        self.failure = ""
        """The sentence to leave on the terminal after a crash."""
        self.setup = SetupScreen(home, symbols=symbols(ascii_only=settings.symbols == "ascii"))
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_line_filters(self) -> list[LineFilter]:
        colourless = [Colourless()] if self._no_colour else []
        return [*super().get_line_filters(), LineGuard(), *colourless]

    def get_default_screen(self) -> SetupScreen:
        return self.setup

    def on_mount(self) -> None:
        """Signals end it the ordinary way, so that the terminal is put back."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self._signalled, int(number))

    def _signalled(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def action_help_quit(self) -> None:
        """ctrl+c, which people press to leave."""
        self.setup.say("ctrl+q leaves; nothing is kept before the last question is answered.")

    def _handle_exception(self, error: Exception) -> None:
        """End with one sentence. Textual's report would print local variables, and passwords are such."""
        if self.failure:
            return
        self.failure = (
            f"Setup stopped on a mistake of its own ({type(error).__name__}). What was kept before stands;"
            " `deskterm setup` goes on."
        )
        self._return_code = 1
        self._exception = error
        self._exception_event.set()  # pyright: ignore[reportUnknownMemberType]
        self._close_messages_no_wait()


def _settings(home: Path) -> Settings:
    """How it is to look; a file with a mistake in it is spoken of on the screen."""
    try:
        return load(home)
    except ConfigError:
        return Settings()
