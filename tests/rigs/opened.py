"""A program for a pty: opens a desk's screen as `deskterm` does, on a clock the test has set.

`python -m tests.rigs.opened HOME NOW [sync]`. With DESKTERM_TEST_BREAK a handler raises, as a mistake would.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def main(home: Path, now: float, *, sync: bool) -> int:
    """The exit code of the screen."""
    from deskterm import app
    from deskterm.desk import Desk

    began = time.monotonic()
    desk = Desk.open(home, clock=lambda: now + time.monotonic() - began)
    if not sync:
        made = app.DesktermApp.__init__
        app.DesktermApp.__init__ = lambda self, desk, sync=False: made(self, desk, sync=False)
    if os.environ.get("DESKTERM_TEST_BREAK"):
        _break()
    return app.run(desk=desk)


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
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sync="sync" in sys.argv[3:]))
