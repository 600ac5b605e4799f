"""A mistake in a handler of ours does not end the desk: the application is asked whether to go on.

Knows message pumps only. An application without `stumbled` ends as Textual has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

BEGINS = (events.Mount, events.Compose, events.Load)
"""After a mistake in one of these there is nothing to go on with."""


class Surviving(MessagePump):
    """A widget or screen whose messages may fail. Beside the base class, before it."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            app = cast("App[object]", self.app)  # pyright: ignore[reportUnknownMemberType]
            if isinstance(message, BEGINS) or not goes_on(app, error):
                raise


def goes_on(app: App[object], error: Exception) -> bool:
    """Whether the application lives on after a mistake, which it then has said."""
    stumbled: Callable[[Exception], bool] | None = getattr(app, "stumbled", None)
    return stumbled is not None and stumbled(error)
