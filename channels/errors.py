"""What can go wrong between the desk and the outside. Each error is a sentence for people: what
happened, what it means, what to do. Server words are quoted, never trusted."""

from __future__ import annotations


class ChannelError(Exception):
    """Base of all errors of this room; its text can be shown as it is."""


class Unreachable(ChannelError):
    """No connection: name, network, timeout, or the server hung up. Trying again later may work."""


class LoginRefused(ChannelError):
    """The server refused the name or the secret. One attempt only: repeating it locks accounts."""


class TokenRefused(LoginRefused):
    """The server would not have an access token. The next attempt brings another one, so it may be made."""


class InsecureRefused(ChannelError):
    """TLS was not to be had, or its certificate did not hold. Nothing secret was sent."""


class ProtocolConfused(ChannelError):
    """The answer made no sense; the connection was dropped because it may be out of step."""


class BadArgument(ChannelError):
    """A value with control characters was stopped before it could reach the wire."""


class FolderGone(ChannelError):
    """The folder does not exist, or became another folder (UIDVALIDITY changed) while open."""


class NoLetters(ChannelError):
    """A file that was given as letters holds none."""


class NoSecret(ChannelError):
    """No password is to be had: no keyring, no command, no variable, nobody to ask."""


class ReaderAway(ChannelError):
    """The process that reads letters could not be started; no letter is to blame and none was taken in."""


class UnreadableLetter(ChannelError):
    """A letter could not be parsed within its limits; its bytes go to the shelf."""
