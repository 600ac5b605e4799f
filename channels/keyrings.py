"""The system's keyring: which back end is fit to hold a secret, and asking it without waiting for ever.

Back ends raise whatever their platform raises and may wait for a window nobody sees; here each call has
its time, and what went wrong is named without the back end's own words.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

from channels.errors import NoSecret
from channels.secret import Secret
from channels.words import quoted

SERVICE = "deskterm"
PATIENCE = 30.0
"""Seconds a keyring may take; a locked one asks a person first."""

T = TypeVar("T")


class Keyring(Protocol):
    """What we use of a keyring back end."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class Silent(Exception):
    """The keyring did not answer in its time."""


def usable_keyring() -> tuple[Keyring | None, str]:
    """A keyring that really keeps secrets, or None and why not.

    Refused are the back ends that keep nothing (fail, null) and those that write plain text.
    """
    try:
        found = _in_time(_chosen)
    except Silent:
        return None, SILENT
    except Exception as error:  # a broken back end must not end the program
        return None, f"the keyring does not start ({type(error).__name__})"
    inside = cast("Sequence[object]", getattr(found, "backends", None) or (found,))
    for backend in inside:
        if not _refused(backend):
            return cast("Keyring", backend), ""
    return None, _refused(inside[0]) if inside else "no keyring is installed"


SILENT = "the keyring did not answer in time; it may be locked and ask for its password in a window"


def kept(name: str) -> tuple[Secret | None, str]:
    """The secret called `name` from the keyring, or None and why not."""
    keyring, why = usable_keyring()
    if keyring is None:
        return None, why
    try:
        value = _in_time(lambda: keyring.get_password(SERVICE, name))
    except Silent:
        return None, SILENT
    except Exception as error:  # locked, dismissed, no bus: each platform has its own class
        return None, f"the keyring did not answer ({type(error).__name__})"
    return (Secret(value), "") if value else (None, "the keyring has none of that name")


def keep(name: str, secret: Secret) -> None:
    """Put the secret into the keyring and read it back. NoSecret when it did not stay there."""
    keyring, why = usable_keyring()
    said = why
    if keyring is not None:
        said = _put(keyring, name, secret)
        if not said:
            return
        why = f"the keyring did not keep it ({said})"
    raise NoSecret(f"The password was not kept: {why}. Use password_command or DESKTERM_PASSWORD instead.")


def _put(keyring: Keyring, name: str, secret: Secret) -> str:
    """Why the secret did not stay in the keyring, or nothing."""

    def work() -> str | None:
        keyring.set_password(SERVICE, name, secret.reveal())
        return keyring.get_password(SERVICE, name)

    try:
        stays = _in_time(work) == secret.reveal()
    except Silent:
        return SILENT
    except Exception as error:  # back ends raise whatever their platform raises
        return type(error).__name__
    return "" if stays else "it does not give back what it was given"


def forget(name: str) -> None:
    """Take the secret out of the keyring; no error when it was not there."""
    keyring, _ = usable_keyring()
    if keyring is None:
        return
    try:
        _in_time(lambda: keyring.delete_password(SERVICE, name))
    except Exception as error:  # back ends raise whatever their platform raises
        gone = type(error).__name__ == "PasswordDeleteError"
    else:
        gone = True
    if not gone:
        raise NoSecret(f"The keyring would not let go of the password for {quoted(name)}. Remove it by hand.")


def _chosen() -> object:
    import keyring  # half of the start-up time of a shell verb, so only here

    return cast("object", keyring.get_keyring())


def _refused(backend: object) -> str:
    kind = type(backend)
    where = f"{kind.__module__}.{kind.__qualname__}".lower()
    if "plaintext" in where:
        return "the only keyring here writes passwords as plain text"
    if where.startswith(("keyring.backends.fail", "keyring.backends.null")):
        return "no keyring is running here"
    return ""


_waiting: list[threading.Thread] = []
"""Calls that were given up and have not come back; while one is out, the next is not worth its time."""


def _in_time(work: Callable[[], T]) -> T:
    """What `work` gives, asked in a thread that can be left behind. Raises Silent, or what `work` raised."""
    if any(thread.is_alive() for thread in _waiting):
        raise Silent
    _waiting.clear()
    given: list[T] = []
    raised: list[Exception] = []

    def ask() -> None:
        try:
            given.append(work())
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if thread.is_alive():
        _waiting.append(thread)
        raise Silent
    if raised:
        # Its frames hold what was asked for and what was to be kept.
        raise raised[0].with_traceback(None)
    return given[0]
