"""Keyrings for tests: one in memory, one in a file that several processes share, one that never answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class InMemory(KeyringBackend):
    priority = -1  # pyright: ignore  # never chosen by itself: every subclass there is is a candidate

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


class InFile(InMemory):
    """What one process keeps, the next one finds. Nothing here keeps two from writing at once."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def get_password(self, service: str, username: str) -> str | None:
        held = json.loads(self.path.read_text()) if self.path.exists() else {}
        return held.get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        held = json.loads(self.path.read_text()) if self.path.exists() else {}
        fresh = self.path.with_suffix(f".{threading.get_native_id()}")
        fresh.write_text(json.dumps(held | {f"{service} {username}": password}))
        fresh.replace(self.path)


class Hanging(InMemory):
    """Waits for a window nobody sees, until `released`."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        self.released.wait(60)
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.calls += 1
        self.released.wait(60)


@contextmanager
def using(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """This keyring, and the one from before afterwards."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield backend
    finally:
        keyring.set_keyring(before)
