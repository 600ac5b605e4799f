"""How long reading one letter takes: the fast way, the careful way and the worker, beside the library.

The floor is the standard library's newest policy doing the same visible job on the same letters.
"""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from random import Random

from channels.letter import Address, Attachment, Outgoing
from channels.mime import fast
from channels.mime.compose import compose
from channels.mime.guard import Worker
from channels.mime.parse import parse

LETTERS = 500
ROUNDS = 3
WORDS = "the order arrived late and the invoice shows a wrong amount für Größe"
MAKER = Path(__file__).resolve().parents[3] / "shared" / "bench" / "make_corpus.py"


def main() -> None:
    """Print one line a way: milliseconds a letter (the best of some rounds) and the ratio to the floor."""
    with tempfile.TemporaryDirectory() as folder:
        raws, source = letters(Path(folder))
    with_worker = Worker()
    ways: dict[str, Callable[[bytes], object]] = {
        "policy.default (the floor)": library,
        "compat32": legacy,
        "careful": parse,
        "fast": fast.parse,
        "worker": with_worker.read,
    }
    with_worker.read(raws[0])
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, read in ways.items():
            best[name] = min(best[name], spent(read, raws))
    with_worker.close()
    declined = sum(fast.parse(raw) is None for raw in raws)
    equal = sum(quick == parse(raw) for raw in raws if (quick := fast.parse(raw)) is not None)
    size = sum(map(len, raws)) // len(raws)
    print(f"{len(raws)} letters of {size:,} bytes on average ({source})")
    floor = best["policy.default (the floor)"]
    for name, milliseconds in best.items():
        print(f"  {name:28} {milliseconds:7.3f} ms a letter   {floor / milliseconds:5.1f} times the floor")
    print(f"  fast declined {declined}; equal to careful in {equal} of {len(raws) - declined}")


def letters(folder: Path) -> tuple[list[bytes], str]:
    """Letters of the shared generator, or of our own when it is not beside this clone."""
    if MAKER.is_file():
        command = [sys.executable, str(MAKER), str(folder / "box"), "-n", str(LETTERS), "--format", "maildir"]
        subprocess.run(command, check=True, capture_output=True)
        return [p.read_bytes() for p in sorted((folder / "box" / "cur").iterdir())], "shared generator"
    return [own(n) for n in range(LETTERS)], "own generator"


def own(n: int) -> bytes:
    """A letter of a middling kind."""
    dice = Random(n)
    words = WORDS.split()
    lines = [" ".join(dice.choices(words, k=9)) for _ in range(dice.randint(4, 30))]
    quoted = [f"> {line}" for line in lines]
    text = "\n".join(
        [*lines, "On Mon, 3 May 2021 at 10:05, Anna <a@x.example> wrote:", *quoted, "-- ", "Anna"]
    )
    files = (Attachment("a.pdf", "application/pdf", dice.randbytes(40_000)),) if dice.random() < 0.05 else ()
    return compose(
        Outgoing(
            message_id=f"{n}@x.example",
            sender=Address("Jürgen Weber", "j@x.example"),
            to=(Address("Desk", "desk@desk.example"),),
            subject=" ".join(dice.choices(words, k=6)),
            text=text,
            date=1_700_000_000 + n,
            references=tuple(f"{k}@x.example" for k in range(n % 8)),
            attachments=files,
        )
    )


def library(raw: bytes) -> object:
    """Ids, date, people, subject, text and list of files, by the newest policy."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    fields = [
        str(message.get(name, "")) for name in ("message-id", "in-reply-to", "references", "date", "subject")
    ]
    people = [
        [a.addr_spec for a in message[name].addresses] for name in ("from", "to", "cc") if message[name]
    ]
    body = message.get_body(("plain", "html"))
    try:
        text = body.get_content() if body is not None else ""
    except LookupError:
        text = ""
    files = [(p.get_filename(), len(p.get_payload(decode=True) or b"")) for p in message.iter_attachments()]
    return fields, people, text, files


def legacy(raw: bytes) -> object:
    """The old policy: structure and one decoded body, nothing decoded in the fields."""
    message = email.message_from_bytes(raw)
    return [p.get_payload(decode=True) for p in message.walk() if not p.is_multipart()], message.items()


def spent(read: Callable[[bytes], object], raws: list[bytes]) -> float:
    """Milliseconds a letter."""
    start = time.perf_counter()
    for raw in raws:
        read(raw)
    return (time.perf_counter() - start) / len(raws) * 1000


if __name__ == "__main__":
    main()
