"""Keys while a mailbox is read: how late the screen answers with LETTERS (10,000 otherwise) coming in.

A key every hundred milliseconds through a real terminal, first at rest and then until the mailbox is in;
Dovecot on loopback. The figure is the delay of the latest key.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.bench_large import letter
from tests.bench.bench_paint import ENV, ready
from tests.bench.desk_made import NOW, built
from tests.rigs.dovecot import PASSWORD, Dovecot, installed
from tests.rigs.terminal import PYTHON, Terminal

LETTERS = int(os.environ.get("LETTERS", "10000"))
TICKETS = 40
BEAT = 0.1
CONFIG = """
agent = "me"
[mailbox.support]
address = "help@example.org"
user = "beat"
imap = "127.0.0.1:{port}"
imap_security = "plain"
insecure_loopback = true
password_command = ["printf", "{password}"]
"""


def main() -> None:
    """Print the two lines."""
    if not installed():
        print("heartbeat: Dovecot is not installed, nothing was measured")
        return
    server = Dovecot()
    try:
        server.user("beat")
        server.fill("beat", [letter(n) for n in range(LETTERS)])
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            shutil.copytree(built(TICKETS), home)
            _measured(home, server)
    finally:
        server.stop()


def _measured(home: Path, server: Dovecot) -> None:
    with Terminal([PYTHON, "-m", "tests.rigs.opened", str(home), str(NOW)], env=ENV, drawn=False) as at_rest:
        ready(at_rest)
        at_rest.quiet(0.5)
        rest = beats(at_rest, lambda n: n < 60)
    (home / "config.toml").write_text(CONFIG.format(port=server.port, password=PASSWORD))
    before = letters(home)
    with Terminal(
        [PYTHON, "-m", "tests.rigs.opened", str(home), str(NOW), "sync"], env=ENV, drawn=False
    ) as busy:
        ready(busy)
        begun = time.perf_counter()
        found = beats(busy, lambda n: n < 6_000 and letters(home) - before < LETTERS)
        took = time.perf_counter() - begun
    came = letters(home) - before
    tell("at rest", rest)
    tell(f"while {came:,} of {LETTERS:,} letters came in {took:.0f} s", found)
    print("  must: no key later than 50 ms")


def letters(home: Path) -> int:
    """How many messages the desk holds, by another process's eyes."""
    with sqlite3.connect(f"file:{home / 'desk.db'}?mode=ro", uri=True) as conn:
        return int(conn.execute("SELECT count(*) FROM message").fetchone()[0])


def beats(terminal: Terminal, more: Callable[[int], bool]) -> list[float]:
    """Milliseconds until the first byte after each key, the keys going down and up the list."""
    took: list[float] = []
    while more(len(took)):
        while terminal.read(0.001):  # what came by itself is no answer
            continue
        began = time.perf_counter()
        terminal.send(b"j" if len(took) % 20 < 10 else b"k")
        answer = terminal.read(5)
        took.append((time.perf_counter() - began) * 1000)
        if answer is None:
            print("  a key was not answered within 5 s", file=sys.stderr)
        end = began + BEAT
        while (left := end - time.perf_counter()) > 0:
            terminal.read(left)
    return took


def tell(name: str, took: list[float]) -> None:
    """Print one line."""
    worst = max(range(len(took)), key=took.__getitem__)
    took = sorted(took)
    late = sum(one > 50 for one in took)
    print(
        f"  {name:<46} {len(took):5,} keys: median {took[len(took) // 2]:5.1f},"
        f" p95 {took[int(len(took) * 0.95)]:6.1f}, latest {took[-1]:6.1f} ms (key {worst});"
        f" {late} over 50"
    )


if __name__ == "__main__":
    main()
