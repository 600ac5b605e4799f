"""Fixtures every room may ask for: servers on loopback, a bad line before them, a small disk.

No test reaches the keyring of the person who runs it, nor does a program a test starts.
"""

import os

from tests.rigs.chaos import chaos
from tests.rigs.disk import disk
from tests.rigs.dovecot import dovecot
from tests.rigs.imapd import imapd, tls_imapd
from tests.rigs.smtpd import smtpd, tls_smtpd

__all__ = ["chaos", "disk", "dovecot", "imapd", "smtpd", "tls_imapd", "tls_smtpd"]

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
