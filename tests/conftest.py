"""Fixtures every room may ask for: servers on loopback, a bad line before them, a small disk."""

from tests.rigs.chaos import chaos
from tests.rigs.disk import disk
from tests.rigs.dovecot import dovecot
from tests.rigs.imapd import imapd, tls_imapd
from tests.rigs.smtpd import smtpd, tls_smtpd

__all__ = ["chaos", "disk", "dovecot", "imapd", "smtpd", "tls_imapd", "tls_smtpd"]
