"""A real Dovecot on loopback in a folder of its own, with users whose mail can be laid down as files."""

from __future__ import annotations

import base64
import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from channels.imap.connect import ImapAccount
from channels.passwords import Secret
from channels.tls import Security
from tests.paths import absent
from tests.rigs import certificates
from tests.rigs.tokens import KEY

PASSWORD = "pw-of-the-rig"
OWNER = 10001
"""Mail belongs to this number when root runs the rig; no such account is needed."""

CONFIG = """
base_dir = {dir}/run
instance_name = rig
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
first_valid_uid = 1
{who}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


OAUTH = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
username_attribute = sub
username_format = %n
"""
"""Tokens are JWT signed with the key of tests/rigs/tokens.py; Dovecot looks at signature and time itself."""


class Dovecot:
    """Running until `stop`."""

    def __init__(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="dc"))
        self.port, self.tls_port = _free_port(), _free_port()
        root = os.geteuid() == 0
        self.uid, self.gid = (OWNER, OWNER) if root else (os.geteuid(), os.getegid())
        self.certificate = certificates.make(self.dir)
        for name in ("run", "mail", "keys/default/HS256"):
            (self.dir / name).mkdir(parents=True)
        (self.dir / "keys" / "default" / "HS256" / "default").write_bytes(base64.b64encode(KEY))
        (self.dir / "oauth2.conf").write_text(OAUTH.format(dir=self.dir))
        self.dir.chmod(0o755)
        os.chown(self.dir / "mail", self.uid, self.gid)
        me = "" if root else pwd.getpwuid(self.uid).pw_name
        who = "" if root else f"default_internal_user = {me}\ndefault_login_user = {me}"
        config = CONFIG.format(
            dir=self.dir,
            port=self.port,
            tls_port=self.tls_port,
            uid=self.uid,
            gid=self.gid,
            who=who,
            password=PASSWORD,
            cert=self.certificate.cert,
            key=self.certificate.key,
        )
        (self.dir / "dovecot.conf").write_text(config)
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self._process = subprocess.Popen([program, "-F", "-c", str(self.dir / "dovecot.conf")])
        _wait_for(self.port, self._process)

    def user(self, name: str) -> Path:
        """Add a user and return the Maildir of his INBOX."""
        home = self.dir / "mail" / name / "Maildir"
        for part in ("cur", "new", "tmp"):
            (home / part).mkdir(parents=True)
        self._own(self.dir / "mail" / name)
        return home

    def _own(self, top: Path) -> None:
        for path in (top, *top.rglob("*")):
            os.chown(path, self.uid, self.gid)

    def fill(self, name: str, letters: Iterable[bytes], *, first: int = 0) -> None:
        """Lay letters down as files in the INBOX of `name`, in order of their names."""
        folder = self.dir / "mail" / name / "Maildir" / "cur"
        for at, raw in enumerate(letters, first):
            path = folder / f"{1_700_000_000 + at}.M{at}P1.rig,S={len(raw)}:2,S"
            path.write_bytes(raw)
            os.chown(path, self.uid, self.gid)
            os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))

    def account(self, name: str, *, security: Security = "plain", read_timeout: float = 60.0) -> ImapAccount:
        return ImapAccount(
            "localhost" if security != "plain" else "127.0.0.1",
            self.tls_port if security == "tls" else self.port,
            name,
            security=security,
            insecure_loopback=True,
            ca_file=str(self.certificate.cert),
            read_timeout=read_timeout,
        )

    @property
    def secret(self) -> Secret:
        return Secret(PASSWORD)

    def stop(self) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        shutil.rmtree(self.dir, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
            line.settimeout(10)
            if line.recv(10).startswith(b"* OK"):
                return
        time.sleep(0.02)
    raise RuntimeError("Dovecot did not come up; see its log")


def installed() -> bool:
    return bool(shutil.which("dovecot")) or Path("/usr/sbin/dovecot").exists()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One server for all tests of a worker; every test adds users of its own."""
    if not installed():
        absent("Debian's dovecot-imapd is not installed")
    running = Dovecot()
    yield running
    running.stop()
