"""One letter out by SMTP. The answer is always one of four: sent, later, refused, unsure.

Takes an `Outgoing` and nothing else, so that a note cannot leave; knows no outbox and never sends twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from channels.envelope import addresses, mailbox
from channels.errors import ChannelError, InsecureRefused, LoginRefused, Unreachable
from channels.letter import Outgoing
from channels.outcome import Outcome, Phase, Recipient, Result
from channels.passwords import Secret
from channels.smtp_phases import Attempt, SmtpAccount, Stop

__all__ = [
    "Outcome", "Phase", "Recipient", "Result", "SmtpAccount", "mailbox", "send", "try_login",
]  # fmt: skip


def send(
    account: SmtpAccount,
    secret: Secret | None,
    letter: Outgoing,
    *,
    about_to_dot: Callable[[], None],
    only: Sequence[str] | None = None,
    compose: Callable[[Outgoing], bytes] | None = None,
) -> Result:
    """Send one letter and say what became of it. Blocks; call it from a thread of its own.

    `about_to_dot` is called when everything but the final dot is out; it must have written that down
    durably when it returns, and if it raises, nothing is sent. `only` limits the envelope to these
    addresses, for those that were put off the last time. Network errors are results, never raised.

    An automatic letter has no sender in its envelope, so that nothing comes back to be answered (RFC 3834
    3.3); a server that refuses that gets it once more under its own address.
    """
    if not isinstance(letter, Outgoing):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("only an Outgoing letter may leave")
    raw = (compose or _composer())(letter)
    to = addresses(letter, only)

    def attempt(*, null_sender: bool) -> Result:
        one = Attempt(
            account, secret, sender=letter.sender.addr, about_to_dot=about_to_dot, null_sender=null_sender
        )
        try:
            one.envelope(to)
        except Stop as stop:
            return stop.result
        return asyncio.run(one.send(raw))

    result = attempt(null_sender=letter.automatic)
    if letter.automatic and result.outcome is Outcome.REFUSED and result.phase in _BEFORE_THE_LETTER:
        return attempt(null_sender=False)
    return result


_BEFORE_THE_LETTER = (Phase.MAIL, Phase.RCPT, Phase.DATA)
"""Phases in which a refusal may be about the empty sender: many servers let nobody log in and be nobody."""


def try_login(account: SmtpAccount, secret: Secret | None) -> None:
    """Connect, encrypt and log in once, send nothing. Raises the ChannelError that says what is wrong."""
    result = asyncio.run(Attempt(account, secret, sender="", about_to_dot=lambda: None).knock())
    if result is None:
        return
    kinds: dict[Phase, type[ChannelError]] = {Phase.TLS: InsecureRefused, Phase.AUTH: LoginRefused}
    raise kinds.get(result.phase, Unreachable)(result.words)


def _composer() -> Callable[[Outgoing], bytes]:
    from channels.mime.compose import compose  # a desk that only reads need not load it

    return compose
