"""Letters are read ahead: while one batch is written, a process beside reads the next.

Used where very many come at once. Knows no database; the process it asks is `deskterm.quick`, and what that
one does not answer is read here.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels.errors import ChannelError, UnreadableLetter
from deskterm.receive import Read, place, read_all, stubs

if TYPE_CHECKING:
    from channels.batch import Batch
    from channels.letter import Fetched
    from channels.mime.guard import Reader, Worker
    from deskterm.quick import Quick

WORTH = 600
"""Letters from which on starting a process beside is sooner done than reading them here."""

BATCH_SECONDS = 60.0
"""After this the process is taken for dead."""

ReadBatch = tuple["Batch", list[Read]]


class Ahead(Struct):
    """Reads batches in order. Made by `reading`; not to be shared between threads."""

    reader: Reader
    folder: Path | None
    source: str
    servers: frozenset[str] = frozenset()
    """Names our mail servers sign their findings with."""
    worker: Worker | None = None
    """None: every letter is read here, when its turn comes."""
    threads: ThreadPoolExecutor | None = None

    def read(self, batches: Iterable[Batch]) -> Iterator[ReadBatch]:
        """Each batch with its letters read. What was fetched before the line was lost still comes."""
        if self.threads is None:
            for batch in batches:
                yield batch, self._here(_letters(batch))
            return
        waiting: deque[tuple[Batch, Future[list[Read]]]] = deque()
        coming = iter(batches)
        lost: ChannelError | None = None
        while lost is None:
            try:
                batch = next(coming, None)
            except ChannelError as error:
                lost, batch = error, None
            if batch is not None:
                waiting.append((batch, self.threads.submit(self._beside, _letters(batch))))
            while waiting and (batch is None or len(waiting) > 1):
                done, letters = waiting.popleft()
                yield done, letters.result()
            if batch is None:
                break
        if lost is not None:
            raise lost

    def _here(self, letters: Sequence[Fetched]) -> list[Read]:
        return list(
            read_all(letters, self.reader, folder=self.folder, source=self.source, servers=self.servers)
        )

    def _beside(self, letters: Sequence[Fetched]) -> list[Read]:
        found: list[Read] = []
        for fetched, quick in zip(letters, self._asked(letters), strict=True):
            if quick is None:
                found += self._here([fetched])
            else:
                letter = replace(quick.letter, raw=fetched.raw)
                where = place(fetched, self.source)
                found.append(
                    Read(fetched.raw, fetched.uid, fetched.received, where, letter, quick.blob, quick.own,
                         vouched=quick.vouched)
                )  # fmt: skip
        return found

    def _asked(self, letters: Sequence[Fetched]) -> list[Quick | None]:
        """What the process made of them; nothing at all once it has failed."""
        import msgspec

        from deskterm.quick import Asked, Quick

        unread: list[Quick | None] = [None] * len(letters)
        if self.worker is None:
            return unread
        asked = Asked(str(self.folder or ""), self.servers, [one.raw for one in letters])
        try:
            answer = self.worker.ask(msgspec.msgpack.encode(asked))
            quick = msgspec.msgpack.decode(answer, type=list[Quick | None])
        except (ChannelError, UnreadableLetter, msgspec.DecodeError):
            self.worker.close()
            self.worker = None
            return unread
        return quick if len(quick) == len(letters) else unread


@contextmanager
def reading(
    reader: Reader, *, folder: Path | None, source: str, count: int, servers: frozenset[str] = frozenset()
) -> Generator[Ahead]:
    """Something that reads about `count` letters; with a process beside where that is worth it."""
    if count < WORTH or (os.cpu_count() or 1) < 2:
        yield Ahead(reader, folder, source, servers)
        return
    from channels.mime.guard import Reader, Worker

    worker = Worker(seconds=BATCH_SECONDS, command=_command())
    # The careful reader of the caller stays his: he may look at new letters meanwhile.
    with Reader() as own, ThreadPoolExecutor(1, "reading-ahead") as threads:
        try:
            yield Ahead(own, folder, source, servers, worker, threads)
        finally:
            threads.shutdown(cancel_futures=True)
            worker.close()


def _letters(batch: Batch) -> list[Fetched]:
    return [*batch.letters, *stubs(batch)]


def _command() -> tuple[str, ...]:
    """Isolated Python that finds these very rooms, whatever the working folder or environment."""
    home = str(Path(__file__).resolve().parents[1])
    code = f"import sys; sys.path.insert(0, {home!r}); from deskterm.quick import main; sys.exit(main())"
    return (sys.executable, "-I", "-c", code)
