"""Where secrets come from: the system's keyring, a command, the environment, or the person.

A secret is never written to a file of ours, a log, a traceback or an argument list.
"""

from __future__ import annotations

import hmac
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

from channels.errors import NoSecret
from channels.words import quoted

SERVICE = "deskterm"
VARIABLE = "DESKTERM_PASSWORD"
PATIENCE = 30.0
"""Seconds a password command may take; some ask a person first."""


class Secret:
    """A password or token that prints as `***` wherever it lands."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be copied into a file")


class Keyring(Protocol):
    """What we use of a keyring back end."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def find(
    name: str,
    *,
    command: Sequence[str] = (),
    ask: Callable[[], str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Secret:
    """The secret called `name` (such as `help@acme.com@imap.acme.com`), from the first place that has it.

    Order: keyring, `command` (a list of arguments, no shell; its first line), the variable
    DESKTERM_PASSWORD or a file in $CREDENTIALS_DIRECTORY, `ask`. Raises NoSecret naming what was tried.
    """
    environ = os.environ if environ is None else environ
    tried: list[str] = []
    for source in (
        lambda: _from_keyring(name, tried),
        lambda: _from_command(command, environ, tried),
        lambda: _from_environment(name, environ, tried),
    ):
        if secret := source():
            return secret
    if ask and (typed := ask()):
        return Secret(typed)
    raise NoSecret(
        f"There is no password for {quoted(name)}: {'; '.join(tried)}. Run setup to keep it in the keyring, "
        f"set password_command, or set {VARIABLE}."
    )


def keep(name: str, secret: Secret) -> None:
    """Put the secret into the keyring and read it back. NoSecret when it did not stay there."""
    keyring, why = usable_keyring()
    if keyring is None:
        raise NoSecret(f"The password was not kept: {why}. Use password_command or {VARIABLE} instead.")
    said = ""
    try:
        keyring.set_password(SERVICE, name, secret.reveal())
        if keyring.get_password(SERVICE, name) == secret.reveal():
            return
        said = "it does not give back what it was given"
    except Exception as error:  # back ends raise whatever their platform raises
        said = type(error).__name__
    raise NoSecret(
        f"The keyring did not keep the password ({said}). Use password_command or {VARIABLE} instead."
    )


def forget(name: str) -> None:
    """Take the secret out of the keyring; no error when it was not there."""
    keyring, _ = usable_keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(SERVICE, name)
    except Exception as error:  # back ends raise whatever their platform raises
        gone = type(error).__name__ == "PasswordDeleteError"
    else:
        gone = True
    if not gone:
        raise NoSecret(f"The keyring would not let go of the password for {quoted(name)}. Remove it by hand.")


def usable_keyring() -> tuple[Keyring | None, str]:
    """A keyring that really keeps secrets, or None and why not.

    Refused are the back ends that keep nothing (fail, null) and those that write plain text.
    """
    try:
        import keyring  # half of the start-up time of a shell verb, so only here

        found = cast("object", keyring.get_keyring())
    except Exception as error:  # a broken back end must not end the program
        return None, f"the keyring does not start ({type(error).__name__})"
    inside = cast("Sequence[object]", getattr(found, "backends", None) or (found,))
    for backend in inside:
        if not _refused(backend):
            return cast("Keyring", backend), ""
    return None, _refused(inside[0]) if inside else "no keyring is installed"


def _refused(backend: object) -> str:
    kind = type(backend)
    where = f"{kind.__module__}.{kind.__qualname__}".lower()
    if "plaintext" in where:
        return "the only keyring here writes passwords as plain text"
    if where.startswith(("keyring.backends.fail", "keyring.backends.null")):
        return "no keyring is running here"
    return ""


def _from_keyring(name: str, tried: list[str]) -> Secret | None:
    keyring, why = usable_keyring()
    if keyring is None:
        tried.append(why)
        return None
    try:
        value = keyring.get_password(SERVICE, name)
    except Exception as error:  # locked, dismissed, no bus: each platform has its own class
        tried.append(f"the keyring did not answer ({type(error).__name__})")
        return None
    if not value:
        tried.append("the keyring has none of that name")
        return None
    return Secret(value)


def _from_command(command: Sequence[str], environ: Mapping[str, str], tried: list[str]) -> Secret | None:
    if not command:
        tried.append("no password_command is set")
        return None
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            env={key: value for key, value in environ.items() if key != VARIABLE},
            check=False,
        )
    except subprocess.TimeoutExpired:
        tried.append(f"password_command gave nothing within {PATIENCE:.0f} seconds")
        return None
    except (OSError, ValueError) as error:
        tried.append(f"password_command could not be run ({type(error).__name__})")
        return None
    first = done.stdout.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace")
    if done.returncode or not first:
        tried.append(f"password_command ended with {done.returncode} and {'a' if first else 'no'} line")
        return None
    return Secret(first)


def _from_environment(name: str, environ: Mapping[str, str], tried: list[str]) -> Secret | None:
    if value := environ.get(VARIABLE):
        return Secret(value)
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        for file in (f"{SERVICE}.{name}", f"{SERVICE}-password"):
            path = Path(folder) / file.replace("/", "_")
            if path.is_file():
                return Secret(path.read_text(encoding="utf-8").split("\n", 1)[0])
    tried.append(f"{VARIABLE} is not set")
    return None
