"""A small IMAP server on loopback, real enough for a whole day at the desk, with faults on demand.

It speaks RFC 3501 as far as we use it (and IDLE, SASL PLAIN, STARTTLS), keeps everything in memory
and writes down every line it was sent. Folders are looked up by name at each command, so a folder
made anew under an open session hands over other letters, as real servers do.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import pytest

from channels.imap.connect import ImapAccount
from channels.passwords import Secret
from channels.tls import Security
from tests.rigs.certificates import Certificate, make

USER, PASSWORD = "help@example.org", "pw-of-the-rig"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Kept:
    uid: int
    raw: bytes
    when: int
    flags: str = ""
    gm: int = 0
    """Gmail's id; 0 on other servers."""
    labels: str = ""


@dataclass(slots=True)
class Box:
    uidvalidity: int
    letters: list[Kept] = field(default_factory=list[Kept])
    uidnext: int = 1


@dataclass(slots=True)
class Faults:
    """What goes wrong. May be changed while the server runs; sessions look at it as they go."""

    cut_after: int | None = None
    """Bytes of answers, over one session, after which the line is cut."""
    stall_after: int | None = None
    """The same, but the line stays open and silent."""
    drip: float = 0.0
    """Seconds between two bytes."""
    nil: set[int] = field(default_factory=set[int])
    """UIDs whose text is NIL, as for letters expunged a moment ago."""
    empty: set[int] = field(default_factory=set[int])
    """UIDs whose text is an empty literal, the other way of saying so."""
    lingering: set[int] = field(default_factory=set[int])
    """Expunged UIDs that a search still lists until the next NOOP."""
    refuse: set[int] = field(default_factory=set[int])
    """UIDs for which a FETCH ends with NO."""
    lie: int = 0
    """Added to every stated literal length."""
    instead: bytes = b""
    """Sent in place of each FETCH answer."""
    preauth: bool = False
    before_tls: bytes = b""
    """Slipped in right after the OK to STARTTLS."""
    understate: set[int] = field(default_factory=set[int])
    """UIDs whose RFC822.SIZE says 10."""
    login_words: bytes = b""
    """What a refused login says, whatever the password."""
    cut_after_append: bool = False
    """An appended letter is kept and the line cut before the answer."""
    before_ok: bytes = b""
    """Said in plain text before the OK to STARTTLS."""
    dateless: bool = False
    """No INTERNALDATE is told."""
    eager: bool = False
    """News comes in one piece with the go-ahead of IDLE."""
    lacks: set[str] = field(default_factory=set[str])
    """Capabilities not offered, such as IDLE or STARTTLS."""


class Imapd:
    """Running from `start` to `stop`; use as a context manager."""

    def __init__(self, *, certificate: Certificate | None = None, implicit_tls: bool = False) -> None:
        self.boxes: dict[str, Box] = {"INBOX": Box(7), "Sent": Box(8)}
        self.marks = {"Sent": "\\Sent"}
        """Special uses by folder (RFC 6154)."""
        self.extra: tuple[str, ...] = ()
        """Capabilities offered besides, such as X-GM-EXT-1."""
        self.faults = Faults()
        self.commands: list[bytes] = []
        """Every line clients sent, in order."""
        self.tokens: set[str] = set()
        """Access tokens that let `USER` in; with any, OAuth is offered."""
        self.logins = 0
        """Attempts, right or wrong."""
        self.sessions = 0
        self.certificate = certificate
        self.implicit_tls = implicit_tls
        self.news = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._stopping = False

    def start(self) -> Imapd:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopping = True
        # Closing alone does not end an accept that is already waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every open session."""
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        with self.news:
            self.news.notify_all()

    def __enter__(self) -> Imapd:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def deliver(self, raw: bytes, *, folder: str = "INBOX", when: int = 1_700_000_000) -> int:
        """A letter arrives; its UID."""
        with self.news:
            box = self.boxes[folder]
            box.letters.append(Kept(box.uidnext, raw, when))
            box.uidnext += 1
            self.news.notify_all()
            return box.uidnext - 1

    def expunge(self, uid: int, *, folder: str = "INBOX") -> None:
        box = self.boxes[folder]
        box.letters = [one for one in box.letters if one.uid != uid]

    def recreate(self, folder: str, letters: Sequence[bytes] = ()) -> None:
        """The folder is deleted and made anew: other letters under the same UIDs."""
        self.boxes[folder] = Box(self.boxes[folder].uidvalidity + 100)
        for raw in letters:
            self.deliver(raw, folder=folder)

    def raws(self, folder: str = "INBOX") -> list[bytes]:
        return [one.raw for one in self.boxes[folder].letters]

    def account(
        self,
        *,
        security: Security = "plain",
        read_timeout: float = 20.0,
        host: str = "",
        ca_file: str | None = None,
    ) -> ImapAccount:
        trusted = str(self.certificate.cert) if self.certificate else ""
        return ImapAccount(
            host or ("127.0.0.1" if security == "plain" else "localhost"),
            self.port,
            USER,
            security=security,
            insecure_loopback=True,
            ca_file=trusted if ca_file is None else ca_file,
            connect_timeout=5.0,
            read_timeout=read_timeout,
        )

    @property
    def secret(self) -> Secret:
        return Secret(PASSWORD)

    def tls(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.cert, self.certificate.key)
        return context

    def _accept(self) -> None:
        while not self._stopping:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sessions += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        self._open.add(sock)
        with contextlib.suppress(OSError, _Cut):
            if self.implicit_tls and (context := self.tls()):
                self._open.discard(sock)
                sock = context.wrap_socket(sock, server_side=True)
                self._open.add(sock)
            Session(self, sock).run()
        self._open.discard(sock)
        with contextlib.suppress(OSError):
            sock.close()


class _Cut(Exception):
    """The session ends here by a fault."""


class Session:
    """One client. Each `do_x` answers one command and returns the end of the tagged line."""

    def __init__(self, server: Imapd, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.file = sock.makefile("rb")
        self.sent = 0
        self.folder = ""
        self.told = 0
        """EXISTS as the client last heard it."""

    def run(self) -> None:
        self.send(b"* PREAUTH welcome\r\n" if self.server.faults.preauth else b"* OK rig ready\r\n")
        # A line without its end was cut on the way and is no command.
        while (line := self.file.readline()).endswith(b"\n"):
            self.server.commands.append(line)
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            name, _, args = rest.partition(b" ")
            if name.upper() == b"UID":
                name, _, args = args.partition(b" ")
            verb = getattr(self, "do_" + name.decode("ascii", "replace").lower(), None)
            end = verb(args) if verb else b"BAD unknown command"
            self.send(tag + b" " + end + b"\r\n")
            if name.upper() == b"LOGOUT":
                return
            if name.upper() == b"STARTTLS" and end.startswith(b"OK"):
                self._upgrade()

    def send(self, data: bytes) -> None:
        faults = self.server.faults
        room = min(
            (limit - self.sent for limit in (faults.cut_after, faults.stall_after) if limit is not None),
            default=len(data),
        )
        part = data[: max(room, 0)]
        pieces = [part[at : at + 1] for at in range(len(part))] if faults.drip else [part]
        for piece in pieces:
            self.sock.sendall(piece)
            if faults.drip:
                time.sleep(faults.drip)
        self.sent += len(part)
        if len(part) < len(data):
            if faults.stall_after is not None:
                self.sock.recv(1 << 16)
            raise _Cut

    def _upgrade(self) -> None:
        context = self.server.tls()
        assert context is not None
        if self.server.faults.before_tls:
            self.sock.sendall(self.server.faults.before_tls)
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.file = self.sock.makefile("rb")

    @property
    def box(self) -> Box:
        return self.server.boxes[self.folder]

    def do_capability(self, _: bytes) -> bytes:
        offered = ["IMAP4rev1", "IDLE", "UIDPLUS", "AUTH=PLAIN", *self.server.extra]
        if self.server.tokens:
            offered += ["AUTH=XOAUTH2", "AUTH=OAUTHBEARER"]
        if self.server.certificate and not isinstance(self.sock, ssl.SSLSocket):
            offered.append("STARTTLS")
        kept = " ".join(one for one in offered if one not in self.server.faults.lacks)
        self.send(f"* CAPABILITY {kept}\r\n".encode())
        return b"OK done"

    def do_starttls(self, _: bytes) -> bytes:
        self.send(self.server.faults.before_ok)
        return b"OK begin" if self.server.certificate else b"BAD no"

    def do_login(self, args: bytes) -> bytes:
        words = re.findall(rb'"((?:[^"\\]|\\.)*)"|(\S+)', args)
        return self._judge(*(re.sub(rb"\\(.)", rb"\1", quoted or plain) for quoted, plain in words[:2]))

    def do_authenticate(self, how: bytes) -> bytes:
        self.send(b"+ \r\n")
        line = self.file.readline()
        self.server.commands.append(line)
        if b"OAUTH" in how.upper():
            return self._bearer(base64.b64decode(line))
        try:
            _, user, password = base64.b64decode(line).split(b"\0")
        except ValueError:
            return b"BAD no such answer"
        return self._judge(user, password)

    def _bearer(self, words: bytes) -> bytes:
        """XOAUTH2 and OAUTHBEARER: a refusal is told as a challenge, which wants an answer."""
        self.server.logins += 1
        found = re.search(rb"auth=Bearer ([^\x01]+)\x01\x01$", words)
        user = re.search(rb"^(?:user|n,a)=([^\x01,]+)", words)
        right = found and user and user[1].decode() == USER and found[1].decode() in self.server.tokens
        if right:
            return b"OK welcome"
        self.send(b"+ " + base64.b64encode(b'{"status":"401","schemes":"bearer"}') + b"\r\n")
        self.server.commands.append(self.file.readline())
        return b"NO [AUTHENTICATIONFAILED] token expired or unknown"

    def _judge(self, user: bytes, password: bytes) -> bytes:
        self.server.logins += 1
        if self.server.faults.login_words:
            return b"NO " + self.server.faults.login_words
        right = user.decode() == USER and password.decode() == PASSWORD
        return b"OK welcome" if right else b"NO [AUTHENTICATIONFAILED] wrong name or password"

    def do_noop(self, _: bytes) -> bytes:
        self.server.faults.lingering.clear()
        self._tell()
        return b"OK done"

    def _tell(self) -> None:
        if self.folder and len(self.box.letters) != self.told:
            self.told = len(self.box.letters)
            self.send(b"* %d EXISTS\r\n" % self.told)

    def do_list(self, _: bytes) -> bytes:
        for name in self.server.boxes:
            flags = f"\\HasNoChildren {self.server.marks.get(name, '')}".strip()
            self.send(f'* LIST ({flags}) "/" "{name}"\r\n'.encode())
        return b"OK done"

    def do_status(self, args: bytes) -> bytes:
        self._tell()
        name, _, _ = args.decode().rpartition(" (")
        box = self.server.boxes.get(name.strip('"'))
        if box is None:
            return b"NO no such folder"
        self.send(f"* STATUS {name} (UIDVALIDITY {box.uidvalidity})\r\n".encode())
        return b"OK done"

    def do_select(self, args: bytes) -> bytes:
        name = args.decode().strip('"')
        if name not in self.server.boxes:
            return b"NO no such folder"
        self.folder = name
        self.told = len(self.box.letters)
        validity, following = self.box.uidvalidity, self.box.uidnext
        self.send(f"* FLAGS (\\Seen)\r\n* {self.told} EXISTS\r\n* 0 RECENT\r\n".encode())
        self.send(f"* OK [UIDVALIDITY {validity}] ok\r\n* OK [UIDNEXT {following}] ok\r\n".encode())
        return b"OK [READ-WRITE] open"

    def do_examine(self, args: bytes) -> bytes:
        return self.do_select(args).replace(b"READ-WRITE", b"READ-ONLY")

    def do_search(self, args: bytes) -> bytes:
        if found := re.match(rb'HEADER Message-ID "(.*)"', args):
            hits = [one.uid for one in self.box.letters if found.group(1) in one.raw.split(b"\r\n\r\n")[0]]
        else:
            wanted = self._set(args.removeprefix(b"UID "))
            hits = [one.uid for one in self.box.letters if one.uid in wanted]
            ends = [int(end) for end in re.findall(rb"\d+", args.replace(b"*", b"4294967295"))]
            hits += [uid for uid in self.server.faults.lingering if min(ends) <= uid <= max(ends)]
        self.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in hits) + b"\r\n")
        return b"OK done"

    def _set(self, said: bytes) -> set[int]:
        have = [one.uid for one in self.box.letters]
        last = max(have, default=0)
        wanted: set[int] = set()
        for part in said.split(b","):
            ends = [last if end == b"*" else int(end) for end in part.split(b":")]
            low, high = min(ends), max(ends)
            wanted.update(uid for uid in have if low <= uid <= high)
        return wanted

    def do_fetch(self, args: bytes) -> bytes:
        said, _, items = args.partition(b" ")
        wanted = self._set(said)
        for number, kept in enumerate(self.box.letters, 1):
            if kept.uid not in wanted:
                continue
            if kept.uid in self.server.faults.refuse and b"BODY" in items:
                return b"NO [SERVERBUG] this letter cannot be read"
            self.send(self.server.faults.instead or self._row(number, kept, items=items.upper()))
        nil = wanted & self.server.faults.nil and b"BODY" in items
        return b"OK [EXPUNGEISSUED] some are gone" if nil else b"OK done"

    def _row(self, number: int, kept: Kept, *, items: bytes) -> bytes:
        row = b"* %d FETCH (UID %d" % (number, kept.uid)
        if b"FLAGS" in items:
            row += b" FLAGS (%s)" % kept.flags.encode()
        if b"X-GM-MSGID" in items:
            row += b" X-GM-MSGID %d X-GM-LABELS (%s)" % (kept.gm, kept.labels.encode())
        if b"INTERNALDATE" in items and not self.server.faults.dateless:
            day = time.gmtime(kept.when)
            row += time.strftime(
                f' INTERNALDATE "%d-{MONTHS[day.tm_mon - 1]}-%Y %H:%M:%S +0000"', day
            ).encode()
        if b"RFC822.SIZE" in items:
            row += b" RFC822.SIZE %d" % (10 if kept.uid in self.server.faults.understate else len(kept.raw))
        if b"BODY" in items:
            part = re.search(rb"<0\.(\d+)>", items)
            raw = kept.raw[: int(part.group(1))] if part else kept.raw
            name = b" BODY[]<0>" if part else b" BODY[]"
            gone = kept.uid in self.server.faults.nil
            raw = b"" if kept.uid in self.server.faults.empty else raw
            row += name + (b" NIL" if gone else b" {%d}\r\n" % (len(raw) + self.server.faults.lie) + raw)
        return row + b")\r\n"

    def do_store(self, args: bytes) -> bytes:
        said, _, flags = args.partition(b" ")
        for kept in self.box.letters:
            if kept.uid in self._set(said) and b"\\Deleted" in flags:
                kept.flags += " \\Deleted"
        return b"OK stored"

    def do_expunge(self, args: bytes) -> bytes:
        """With UIDs only those (RFC 4315), without any all that are marked."""
        wanted = self._set(args) if args else {one.uid for one in self.box.letters}
        gone = [one for one in self.box.letters if one.uid in wanted and "\\Deleted" in one.flags]
        self.box.letters = [one for one in self.box.letters if one not in gone]
        return b"OK expunged"

    def do_append(self, args: bytes) -> bytes:
        found = re.match(rb'"?([^"]+?)"? .*\{(\d+)\}$', args)
        if not found or found.group(1).decode() not in self.server.boxes:
            return b"NO [TRYCREATE] no such folder"
        self.send(b"+ go on\r\n")
        raw = self.file.read(int(found.group(2)))
        if len(raw) < int(found.group(2)):
            raise _Cut
        self.file.readline()
        self.server.deliver(raw, folder=found.group(1).decode())
        if self.server.faults.cut_after_append:
            raise _Cut
        return b"OK appended"

    def do_idle(self, _: bytes) -> bytes:
        if "IDLE" in self.server.faults.lacks:
            return b"BAD unknown command"
        if self.server.faults.eager:
            self.told = len(self.box.letters)
            self.send(b"+ idling\r\n* %d EXISTS\r\n" % self.told)
        else:
            self.send(b"+ idling\r\n")
        ended = threading.Event()
        teller = threading.Thread(target=self._announce, args=(ended,), daemon=True)
        teller.start()
        line = self.file.readline()
        self.server.commands.append(line)
        with self.server.news:
            ended.set()
            self.server.news.notify_all()
        teller.join()
        return b"OK idle ended" if line.strip().upper() == b"DONE" else b"BAD expected DONE"

    def _announce(self, ended: threading.Event) -> None:
        with contextlib.suppress(OSError, _Cut), self.server.news:
            while not ended.is_set():
                self._tell()
                self.server.news.wait(5)

    def do_logout(self, _: bytes) -> bytes:
        self.send(b"* BYE rig\r\n")
        return b"OK bye"


@pytest.fixture
def imapd() -> Iterator[Imapd]:
    """A fresh embedded server, plain text on loopback."""
    with Imapd() as server:
        yield server


@pytest.fixture
def tls_imapd(tmp_path: Path) -> Iterator[Imapd]:
    """The same with a certificate, for STARTTLS."""
    with Imapd(certificate=make(tmp_path, label="imap")) as server:
        yield server
