"""Secrets as values: a password or a token that shows itself nowhere. Knows no keyring and no server."""

from __future__ import annotations

import hmac
from typing import NoReturn

from channels.words import never_quote


class Secret:
    """A password or token that prints as `***` wherever it lands."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that sends it; what is answered is not quoted with it."""
        never_quote(self._value)
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


class Token(Secret):
    """An access token of OAuth2. It goes out as a bearer token and never as a password."""

    __slots__ = ("refused",)

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.refused = False
        """A server would not have it: whoever keeps it gets another one before the next attempt."""
