"""The way from the main screen to the rules and back. The screen itself is loaded when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen


class Ruling:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.kept: dict[str, str] = {}
        """Texts of rules that had a mistake, until they are mended or the desk is left."""

    def handlers(self) -> dict[str, Handler]:
        return {"go.rules": lambda _: self.open()}

    def open(self) -> None:
        """Rules and promises."""
        from deskterm.screens.rules import RulesScreen

        def then(ticket: str | None) -> None:
            self.screen.showing.refresh(own=True)
            if ticket:
                self.screen.going.show_ticket(ticket)

        rules = RulesScreen(self.screen.desk, self.kept, symbols=self.screen.look)
        self.screen.desk_app.push_screen(rules, then)
