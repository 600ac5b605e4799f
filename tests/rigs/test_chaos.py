"""The bad line itself: it carries exactly what it says, and ends as it says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.rigs.chaos import CALM, Carried, Chaos, Weather, steps

Before = Callable[[int], Chaos]

WHOLE = b"0123456789hellohellobye"
"""What is heard on a line that holds."""


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that greets with ten bytes and says everything twice."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(sock: socket.socket) -> None:
        with sock:
            try:
                sock.sendall(b"0123456789")
                while data := sock.recv(4096):
                    sock.sendall(data * 2)
                sock.sendall(b"bye")
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def talk(port: int, *, want: int = 100) -> tuple[bytes, bool]:
    """What a client hears that says hello and ends, up to `want` bytes, and whether the line was reset."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        try:
            sock.sendall(b"hello")
            sock.shutdown(socket.SHUT_WR)
            while len(heard) < want and (data := sock.recv(4096)):
                heard += data
        except OSError:
            return heard, True
    return heard, False


def test_a_calm_line_carries_all_and_counts_it(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    assert talk(line.port) == (WHOLE, False)
    assert line.carried == Carried(up=5, down=23) and not line.struck
    line.play(CALM)
    assert line.carried == Carried()


@pytest.mark.parametrize("down", range(23))
def test_a_line_is_cut_after_exactly_so_many_bytes_down(echo: int, chaos: Before, down: int) -> None:
    line = chaos(echo)
    line.play(Weather(down=down))
    heard, reset = talk(line.port)
    assert heard == WHOLE[:down] or (reset and len(heard) <= down)
    assert line.struck and line.carried.down == down
    assert talk(line.port) == (WHOLE, False), "the next connection is calm"


def test_a_line_is_cut_after_exactly_so_many_bytes_up(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    line.play(Weather(up=3, end="half"))
    heard, _ = talk(line.port)
    assert heard == b"0123456789helhelbye", "the server heard three bytes and the end; its answer came back"
    assert line.carried.up == 3


def test_a_reset_is_a_reset(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    line.play(Weather(down=12, end="reset"))
    heard, reset = talk(line.port)
    assert reset and len(heard) <= 12


def test_a_stalled_line_is_open_and_silent(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    line.play(Weather(down=4, end="stall"))
    with socket.create_connection(("127.0.0.1", line.port), timeout=0.2) as sock:
        assert sock.recv(100) == b"0123"
        with pytest.raises(TimeoutError):
            sock.recv(100)
    assert line.struck


def test_after_a_shut_end_nobody_is_let_in(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    line.play(Weather(down=5, shut=True))
    talk(line.port)
    assert talk(line.port)[0] == b"" and line.lines == 1
    line.play(CALM)
    assert talk(line.port)[0] == WHOLE


def test_a_trickle_comes_byte_by_byte(echo: int, chaos: Before) -> None:
    line = chaos(echo)
    line.play(Weather(piece=1, delay=0.001))
    with socket.create_connection(("127.0.0.1", line.port), timeout=5) as sock:
        pieces = [sock.recv(100) for _ in range(2)]
    assert all(len(piece) < 10 for piece in pieces)


def test_steps_go_through_a_good_run_both_ways() -> None:
    found = list(steps(Carried(up=120, down=60), every=50, ends=("cut", "reset")))
    assert len(found) == 2 * (3 + 2)
    assert found[:5] == [Weather(up=0), Weather(up=50), Weather(up=100), Weather(down=0), Weather(down=50)]
    assert {one.end for one in found} == {"cut", "reset"}
