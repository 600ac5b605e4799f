"""A program for a pty: opens a desk's screen as `deskterm` does, on a clock the test has set.

`python -m tests.rigs.opened HOME NOW [sync] [still]`: with the sync threads; with a clock that stands still;
then a key half typed waits a minute for its rest.
With DESKTERM_TEST_BREAK a handler raises, as a mistake would; DESKTERM_TEST_HEALTH is what a mailbox reports.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.app import DesktermApp


def main(home: Path, now: float, *, sync: bool, still: bool) -> int:
    """The exit code of the screen."""
    gc.disable()  # as deskterm.cli.main does
    from deskterm import app
    from deskterm.desk import Desk
    from deskterm.keymap import Keymap

    began = time.monotonic()
    desk = Desk.open(home, clock=(lambda: now) if still else lambda: now + time.monotonic() - began)
    if still:
        Keymap.WAIT = 60.0
    if not sync:
        app.DesktermApp.painted = _report if os.environ.get("DESKTERM_TEST_HEALTH") else lambda _: None
    if os.environ.get("DESKTERM_TEST_BREAK"):
        _break()
    return app.run(desk=desk)


def _report(app: DesktermApp) -> None:
    """A mailbox that is away, or that is read for the first time."""
    from deskterm.sync import Health, Loop

    error = os.environ["DESKTERM_TEST_HEALTH"]
    health = Health(reading=(3120, 12480)) if error == "reading" else Health(error, since=app.desk.now - 60)
    app.loop_ = Loop(app.desk, health={"support": health})


def _break() -> None:
    """`ctrl+l` meets a mistake, with a secret in its local variables."""
    from deskterm.screens.going import Going

    def broken(self: Going) -> dict[str, object]:
        def mistake(_: int) -> None:
            password = "hunter2-SECRET"
            raise RuntimeError(f"a mistake about {len(password)} letters, {password}")

        return {**found(self), "view.redraw": mistake}

    found = Going.handlers
    Going.handlers = broken


if __name__ == "__main__":
    sys.exit(
        main(
            Path(sys.argv[1]), float(sys.argv[2]), sync="sync" in sys.argv[3:], still="still" in sys.argv[3:]
        )
    )
