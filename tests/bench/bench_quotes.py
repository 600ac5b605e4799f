"""Folding quotes and signatures in hostile texts: how the time grows from 100 kB to 1 MB.

The floor is the growth itself: 10 is linear, 100 would be quadratic. Beside it stands the time of an ordinary
letter of the same size, read in the same run.
"""

from __future__ import annotations

import time

from channels.mime.quotes import folds

SMALL, LARGE = 100_000, 1_000_000
ROUNDS = 2
TRAPS = {
    "an ordinary letter": "We have had no answer yet, the parcel did not arrive.\n",
    "lines of >": ">\n",
    "deep marks": ">" * 70 + " q\n",
    "heads without an end": "On Mon, 2 Mar 2026 at 10:15 Anna <anna@example.org> wrote\n",
    "heads in a row": "On 2 Mar 2026 at 10:15 Anna Berg <anna@example.org> wrote:\n",
    "open addresses": "On 2 Mar 2026 at 10:15 Anna <\n",
    "colons only": "a b c 1 2 3:\n",
    "verbs only": "wrote wrote schrieb a écrit wrote:\n",
    "one line of dates": "On 2 Mar 2026 at 10:15 ",
    "one line of <": "<",
    "one line of blanks": " ",
    "one line of x": "x",
    "labels": "From: x <a@b>\nSent: 2026-03-02 10:15\n",
    "strange labels": "Abc: x <a@b.example>\n",
    "rules": "-----\n",
    "marks of signatures": "-- \n",
    "fences": "```\n",
    "telephones": "Sent from my iPhone\n",
    "nearly telephones": "Sent from my " + "iPhone " * 20 + "\n",
    "advertisements": "Get Outlook for iOS, get get get Outlook\n",
    "visiting cards": "=====\n+49 30 1234567 a@b.example\n",
    "dashed heads": "---- On 2 Mar 2026 Anna wrote ----\n",
    "reply above": "##- reply above this line -##\n",
    "marks and answers": "> q\nanswer\n",
    "right to left": "\u202b\u05d1\u05ea\u05d0\u05e8\u05d9\u05da \u200f<\u202aa@b.example\u202c>:\n",
}


def main() -> None:
    """Print a line for each trap: milliseconds at both sizes, and their ratio."""
    print(f"  {'':22} {'100 kB':>10} {'1 MB':>10} {'ratio':>7}   ns a byte")
    worst = 0.0
    for name, unit in TRAPS.items():
        small, large = (best(unit * (size // len(unit) + 1)) for size in (SMALL, LARGE))
        ratio = large / small
        worst = max(worst, ratio)
        print(
            f"  {name:22} {small * 1e3:7.2f} ms {large * 1e3:7.2f} ms {ratio:7.1f} {large / LARGE * 1e9:9.1f}"
        )
    print(f"  worst ratio {worst:.1f}; linear is 10")


def best(text: str) -> float:
    """Seconds for one text, the best of some rounds."""
    found: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        folds("Own words.\n" + text)
        found.append(time.process_time() - start)
    return min(found)


if __name__ == "__main__":
    main()
