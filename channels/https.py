"""One request over HTTPS, kept short: a time, a size, and no way into the private network.

What answers is a stranger unless the caller knows better. Knows no mail and keeps nothing.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Generator, Mapping
from typing import cast
from urllib.parse import urlencode, urljoin, urlsplit

from msgspec import Struct

from channels import tls
from channels.errors import BadArgument, ChannelError, InsecureRefused, ProtocolConfused, Unreachable
from channels.secret import Secret
from channels.words import quoted

REDIRECTS = 3


class Web(Struct, frozen=True):
    """How far a request may go."""

    seconds: float = 10.0
    """For the whole of it, redirects aside."""
    most: int = 262_144
    """Bytes of an answer."""
    private: bool = False
    """Whether it may go to this machine and the private network, for servers a person named."""
    insecure_loopback: bool = False
    """Plain text is allowed, to this machine only."""
    ca_file: str = ""
    """A certificate to trust besides the system's."""


class Answer(Struct, frozen=True):
    status: int
    body: bytes
    url: str
    """Where it came from after redirects."""


def get(url: str, web: Web) -> Answer:
    """Fetch `url`, following few redirects, each under the same rules. Raises ChannelError."""
    for _ in range(REDIRECTS + 1):
        answer, onward = _guarded(url, None, web)
        if not onward:
            return answer
        url = urljoin(url, onward)
    raise ProtocolConfused(f"{quoted(_host(url))} sends us from place to place. Nothing was taken from it.")


def post(url: str, form: Mapping[str, str | Secret], web: Web) -> Answer:
    """Send a form. Never redirected: what is in it is meant for this server. Raises ChannelError."""
    answer, onward = _guarded(url, form, web)
    if onward:
        raise ProtocolConfused(
            f"{quoted(_host(url))} sends us elsewhere, which is not followed with a secret."
        )
    return answer


def _guarded(url: str, form: Mapping[str, str | Secret] | None, web: Web) -> tuple[Answer, str]:
    """One request; the frames below hold what was sent, so an error leaves without them."""
    try:
        return _asked(url, form, web)
    except ChannelError as error:
        failed = error
    failed.__context__ = failed.__cause__ = None
    raise failed.with_traceback(None)


def _asked(url: str, form: Mapping[str, str | Secret] | None, web: Web) -> tuple[Answer, str]:
    """The answer, and where it sends us."""
    host, port, secure, path = _place(url, web)
    with _saying(host), _line(host, port, secure=secure, web=web) as sock:
        conn = http.client.HTTPConnection(host, port)
        conn.sock = sock
        try:
            conn.putrequest("POST" if form is not None else "GET", path, skip_accept_encoding=True)
            conn.putheader("User-Agent", "deskterm")
            conn.putheader("Accept", "application/json, application/xml, text/xml")
            body = _encoded(form) if form is not None else None
            if body is not None:
                conn.putheader("Content-Type", "application/x-www-form-urlencoded")
                conn.putheader("Content-Length", str(len(body)))
            conn.endheaders(body)
            said = conn.getresponse()
            held = said.read(web.most + 1)
        finally:
            conn.close()
    if len(held) > web.most:
        raise ProtocolConfused(f"{quoted(host)} answers with more than {web.most:,} bytes; none were used.")
    onward = said.headers.get("Location", "") if said.status in (301, 302, 303, 307, 308) else ""
    return Answer(said.status, held, url), onward


def _encoded(form: Mapping[str, str | Secret]) -> bytes:
    plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()}
    return urlencode(plain).encode("ascii")


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]


def _place(url: str, web: Web) -> tuple[str, int, bool, str]:
    """Host, port, whether it is encrypted, and the path. Raises BadArgument or InsecureRefused."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise BadArgument(f"{quoted(url)} is no web address that can be asked.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
        parts = urlsplit("")
    if not host or parts.scheme not in ("https", "http") or parts.username:
        raise BadArgument(f"{quoted(url)} is no web address that can be asked.")
    secure = parts.scheme == "https"
    if not secure and not (web.insecure_loopback and tls.is_loopback(host)):
        raise InsecureRefused(f"{quoted(url)} is not encrypted (https), so it was not asked.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return host, port or (443 if secure else 80), secure, path


@contextlib.contextmanager
def _saying(host: str) -> Generator[None]:
    """Turn what a connection can raise into the errors of this room."""
    try:
        yield
    except ssl.SSLError as error:
        raise tls.refusal(host, error=error) from None
    except TimeoutError:
        raise Unreachable(f"{quoted(host)} did not answer in time. Trying again later may work.") from None
    except socket.gaierror:
        raise Unreachable(f"There is no server named {quoted(host)}, or no network.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{quoted(host)} cannot be asked ({quoted(error)}).") from None


@contextlib.contextmanager
def _line(host: str, port: int, *, secure: bool, web: Web) -> Generator[socket.socket]:
    """A connection that is cut when its time is over, however slowly the other side drips."""
    late = threading.Event()
    raw = _connected(host, port, web)
    open_ = [raw]

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            open_[-1].shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(web.seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        if secure:
            open_.append(tls.context(web.ca_file).wrap_socket(raw, server_hostname=host))
        yield open_[-1]
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        open_[-1].close()
    if late.is_set():
        raise TimeoutError


def _connected(host: str, port: int, web: Web) -> socket.socket:
    """Connect to an address that was looked at, so that a name cannot mean another one a moment later."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError = OSError("it has no address")
    for family, kind, proto, _, place in found:
        if not web.private and not public(str(place[0])):
            raise InsecureRefused(
                f"{quoted(host)} leads to {quoted(place[0])}, an address of the private network, so it was "
                "not asked."
            )
        sock = socket.socket(family, kind, proto)
        try:
            sock.settimeout(web.seconds)
            sock.connect(cast("tuple[str, int]", place))
        except OSError as error:
            sock.close()
            failed = error
        else:
            return sock
    raise failed


def public(address: str) -> bool:
    """Whether an IP address belongs to the open Internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast
