"""All that acts on the main screen, loaded in one go after the first paint; what each action does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.screens.acting import Acting
from deskterm.screens.composing import Composing
from deskterm.screens.copying import Copying
from deskterm.screens.filtering import Filtering
from deskterm.screens.going import Going
from deskterm.screens.helping import Helping
from deskterm.screens.listing import Listing
from deskterm.screens.living import Living
from deskterm.screens.ruling import Ruling
from deskterm.screens.touring import Touring

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen


def parts(screen: MainScreen) -> dict[str, Handler]:
    """Give the screen its parts; the handlers of all actions, by their ids."""
    screen.acting = Acting(screen)
    screen.composing = Composing(screen)
    screen.filtering = Filtering(screen)
    screen.going = Going(screen)
    screen.helping = Helping(screen)
    screen.touring = Touring(screen)
    return {
        **screen.acting.handlers(), **screen.composing.handlers(), **screen.filtering.handlers(),
        **screen.going.handlers(), **screen.helping.handlers(), **Listing(screen).handlers(),
        **Copying(screen).handlers(), **Living(screen).handlers(), **screen.touring.handlers(),
        **Ruling(screen).handlers(),
    }  # fmt: skip
