"""A bad line: a TCP relay that carries a counted number of bytes and then cuts, resets, halves or stalls.

It knows bytes only, so it stands before any server, encrypted or not. A good run through it is counted,
and `steps` then gives one bad line for every so many bytes of that run, in both directions.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import pytest

End = Literal["cut", "reset", "half", "stall"]
"""What happens when a direction has carried its bytes. `cut`: both sides read an orderly end. `reset`: both
get an RST, and bytes they have not read yet are lost. `half`: this direction ends, the other goes on.
`stall`: the line stays open and this direction is silent."""

_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Weather:
    """What a line is like. Bytes are counted over all connections since the last `Chaos.play`."""

    up: int | None = None
    """Bytes from the client to the server until the end comes; None for a line that holds."""
    down: int | None = None
    """The same from the server to the client."""
    end: End = "cut"
    delay: float = 0.0
    """Seconds before each piece is carried on, in both directions."""
    piece: int = _PIECE
    """Bytes carried at once; 1 with a delay is a trickle."""
    shut: bool = False
    """After the end no new connection is taken, as when a network is gone; else the next one is calm."""


CALM = Weather()


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes that went through since the last `Chaos.play`."""

    up: int = 0
    down: int = 0


class Chaos:
    """A relay to `port` on loopback, running from `start` to `stop`; use as a context manager."""

    def __init__(self, port: int, weather: Weather = CALM) -> None:
        self.server = port
        self._weather = weather
        self._count = {"up": 0, "down": 0}
        self._struck = False
        self._lock = threading.Lock()
        self._open: set[_Line] = set()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        """Where clients connect."""
        self.lines = 0
        """Connections taken so far."""

    def play(self, weather: Weather) -> None:
        """Another weather from now on; bytes count from zero. Connections that are open are cut."""
        self.hang_up()
        with self._lock:
            self._weather, self._struck = weather, False
            self._count = {"up": 0, "down": 0}

    @property
    def carried(self) -> Carried:
        """What went through since the last `play`."""
        with self._lock:
            return Carried(self._count["up"], self._count["down"])

    @property
    def struck(self) -> bool:
        """Whether the end has come; a run that never got so far has tested nothing."""
        return self._struck

    def start(self) -> Chaos:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        # Closing alone does not end an accept that is already waiting.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every open connection."""
        with self._lock:
            lines = tuple(self._open)
            self._open.clear()
        for line in lines:
            line.end()

    def __enter__(self) -> Chaos:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._struck and self._weather.shut:
                client.close()
                continue
            self.lines += 1
            try:
                server = socket.create_connection(("127.0.0.1", self.server), timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._join(_Line(client, server, CALM if self._struck else self._weather))

    def _join(self, line: _Line) -> None:
        """Both directions of a connection, each carried by a thread of its own."""
        with self._lock:
            self._open.add(line)
        for one in (line.client, line.server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for way in ("up", "down"):
            threading.Thread(target=self._carry, args=(line, way), daemon=True).start()

    def _carry(self, line: _Line, way: str) -> None:
        """One direction of one connection, until it ends by itself or by the weather."""
        source, sink = (line.client, line.server) if way == "up" else (line.server, line.client)
        with suppress(OSError):
            while data := source.recv(line.weather.piece):
                if line.weather.delay:
                    self._stopping.wait(line.weather.delay)
                part, left = self._room(way, data, line.weather)
                sink.sendall(part)
                if left == 0:
                    self._struck = True
                    line.strike(source, sink)
                    return
            if not line.ended:
                sink.shutdown(socket.SHUT_WR)
        if line.half_done():
            line.end()
            with self._lock:
                self._open.discard(line)

    def _room(self, way: str, data: bytes, weather: Weather) -> tuple[bytes, int | None]:
        """What of `data` may still go this way, and how many bytes may go after it."""
        limit = weather.up if way == "up" else weather.down
        with self._lock:
            part = data if limit is None else data[: max(limit - self._count[way], 0)]
            self._count[way] += len(part)
            return part, None if limit is None else limit - self._count[way]


class _Line:
    """One connection: a client, the server, and what may happen between them."""

    def __init__(self, client: socket.socket, server: socket.socket, weather: Weather) -> None:
        self.client, self.server, self.weather = client, server, weather
        self.ended = False
        self._done = 0

    def half_done(self) -> bool:
        """One direction is over; whether that was the second."""
        self._done += 1
        return self._done == 2

    def end(self) -> None:
        """An orderly end for both sides."""
        self.ended = True
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def strike(self, source: socket.socket, sink: socket.socket) -> None:
        """The end of this line's weather, met while carrying from `source` to `sink`."""
        if self.weather.end == "cut":
            self.end()
        elif self.weather.end == "reset":
            self._reset()
        elif self.weather.end == "half":
            sink.shutdown(socket.SHUT_WR)
            # What still comes is read and dropped, or the sender would notice by a full buffer.
            while source.recv(_PIECE):
                pass

    def _reset(self) -> None:
        self.ended = True
        for one in (self.client, self.server):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The other direction waits in recv on the same socket and would keep it from closing.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RD)
            one.close()


def steps(
    good: Carried, *, every: int = 50, ends: tuple[End, ...] = ("cut",), shut: bool = False
) -> Iterator[Weather]:
    """One weather for each `every` bytes of a good run, up and down, and each way of ending."""
    for end in ends:
        yield from (Weather(up=n, end=end, shut=shut) for n in range(0, good.up, every))
        yield from (Weather(down=n, end=end, shut=shut) for n in range(0, good.down, every))


@pytest.fixture
def chaos() -> Iterator[Callable[[int], Chaos]]:
    """Makes a relay before a port; all are stopped at the end of the test."""
    running: list[Chaos] = []

    def before(port: int) -> Chaos:
        running.append(Chaos(port).start())
        return running[-1]

    yield before
    for one in running:
        one.stop()
