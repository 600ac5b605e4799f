"""Where secrets come from: the system's keyring, a command, the environment, or the person.

A secret is never written to a file of ours, a log, a traceback or an argument list.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from channels.errors import NoSecret
from channels.keyrings import SERVICE, forget, keep, kept, usable_keyring
from channels.secret import Secret, Token
from channels.words import quoted

__all__ = ["Secret", "Token", "find", "forget", "keep", "usable_keyring"]

VARIABLE = "DESKTERM_PASSWORD"
PATIENCE = 30.0
"""Seconds a password command may take; some ask a person first."""


def find(
    name: str,
    *,
    command: Sequence[str] = (),
    ask: Callable[[], str] | None = None,
    environ: Mapping[str, str] | None = None,
    shared: bool = True,
) -> Secret:
    """The secret called `name` (such as `help@acme.com@imap.acme.com`), from the first place that has it.

    Order: keyring, `command` (a list of arguments, no shell; its first line), the variable
    DESKTERM_PASSWORD or a file in $CREDENTIALS_DIRECTORY, `ask`. Raises NoSecret naming what was tried.
    Without `shared` only what bears this very name counts, so that no password goes where a token belongs.
    """
    environ = os.environ if environ is None else environ
    tried: list[str] = []
    for source in (
        lambda: _from_keyring(name, tried),
        lambda: _from_command(command, environ, tried),
        lambda: _from_environment(name, environ, tried, shared=shared),
    ):
        if secret := source():
            return secret
    if ask and (typed := ask()):
        return Secret(typed)
    raise NoSecret(
        f"There is no password for {quoted(name)}: {'; '.join(tried)}. Run setup to keep it in the keyring, "
        f"set password_command, or set {VARIABLE}."
    )


def printed(command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Secret:
    """The first line a command prints, and no other source. Raises NoSecret."""
    tried: list[str] = []
    found = _from_command(command, os.environ if environ is None else environ, tried)
    if found is None:
        raise NoSecret(f"There is no secret: {'; '.join(tried)}. Correct password_command in config.toml.")
    return found


def _from_keyring(name: str, tried: list[str]) -> Secret | None:
    secret, why = kept(name)
    if secret is None:
        tried.append(why)
    return secret


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


def _from_environment(
    name: str, environ: Mapping[str, str], tried: list[str], *, shared: bool
) -> Secret | None:
    if shared and (value := environ.get(VARIABLE)):
        return Secret(value)
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        for file in (f"{SERVICE}.{name}", *([f"{SERVICE}-password"] if shared else [])):
            path = Path(folder) / file.replace("/", "_")
            if path.is_file():
                return Secret(path.read_text(encoding="utf-8").split("\n", 1)[0])
    if shared:
        tried.append(f"{VARIABLE} is not set")
    return None
