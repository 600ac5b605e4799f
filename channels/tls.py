"""Encrypted or not at all: TLS contexts, the one exception for loopback, and what to say when a
certificate does not hold. Knows no mail protocol."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from typing import Literal

from channels.errors import InsecureRefused
from channels.words import quoted

Security = Literal["tls", "starttls", "plain"]


def is_loopback(host: str) -> bool:
    """Whether the name can only mean this machine. Names that need a look-up are never trusted."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_plain(host: str, *, security: Security, insecure_loopback: bool) -> None:
    """Refuse plain text unless it stays on this machine and the settings say so."""
    if security != "plain":
        return
    if not is_loopback(host):
        raise InsecureRefused(
            f"{quoted(host)} would be spoken to without encryption, so nothing was sent. Plain text is only "
            "for this machine itself; set security to tls or starttls."
        )
    if not insecure_loopback:
        raise InsecureRefused(
            f"{quoted(host)} is set to plain text, so nothing was sent. "
            "Say insecure_loopback if this is a server on this machine."
        )


def context(ca_file: str = "") -> ssl.SSLContext:
    """A verifying client context, TLS 1.2 or newer. `ca_file` adds a certificate to trust."""
    try:
        made = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise InsecureRefused(
            f"The certificate file {quoted(ca_file)} could not be read ({quoted(error)}), so no connection "
            "was made. Correct ca_file."
        ) from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def blind_context() -> ssl.SSLContext:
    """Accepts any certificate. Only for looking at one that was refused; nothing is ever sent through it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a DER certificate, as browsers and openssl print it."""
    digest = hashlib.sha256(certificate).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def refusal(host: str, *, error: BaseException, certificate: bytes | None = None) -> InsecureRefused:
    """The sentence for a failed handshake, with the certificate's fingerprint where one was shown."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate does not hold ({quoted(error.verify_message)})"
        then = "Ask the provider, or trust that certificate by naming its file in ca_file."
    else:
        why = f"no encrypted connection came about ({quoted(error)})"
        then = "Check the port and whether it expects tls or starttls."
    shown = f" SHA-256 fingerprint {fingerprint(certificate)}." if certificate else ""
    return InsecureRefused(f"{quoted(host)} was not trusted: {why}, so no password was sent.{shown} {then}")
