"""A stand-in for Google and Microsoft on loopback: signs people in by device code and by browser, and renews.

Access tokens are JWT signed here with HMAC, as Dovecot checks them. Refresh tokens rotate: the old one is
dead once it was used, and using it again ends the whole sign-in, as strict servers do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.https import Web
from channels.oauth import Provider

KEY = b"the key of the rig, long enough for HMAC"
USER = "help@example.org"
CLIENT = "deskterm-of-the-rig"
LASTS = 3600


def jwt(user: str = USER, *, lasts: int = LASTS, key: bytes = KEY, serial: str = "") -> str:
    """A signed access token for `user` (RFC 7519, HS256)."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 60, "exp": now + lasts, "jti": serial}
    signed = f"{_b64(json.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_b64(json.dumps(claims))}"
    return f"{signed}.{_b64(hmac.digest(key, signed.encode(), 'sha256'))}"


def _b64(data: bytes | str) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenServer:
    """Running from `start` to `stop`; use as a context manager."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        """Every form that came, in order."""
        self.script: list[tuple[int, object]] = []
        """Answers to give in place of real ones, each once."""
        self.pending = 0
        """How often a device still waits for its person."""
        self.lasts = LASTS
        self.secret = ""
        """The client secret that is wanted."""
        self.issued: Callable[[str], None] = lambda _: None
        """Told of each access token, such as a server that takes them."""
        self.live: set[str] = set()
        self.dead: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self._devices: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def provider(self, **more: Any) -> Provider:
        made: dict[str, Any] = {
            "name": "rig", "client_id": CLIENT, "token_url": f"{self.url}/token",
            "authorize_url": f"{self.url}/authorize", "device_url": f"{self.url}/device",
            "scopes": ("mail", "offline_access"),
            "web": Web(seconds=5, private=True, insecure_loopback=True),
        }  # fmt: skip
        return Provider(**made | more)

    def grant(self) -> str:
        """A refresh token as a sign-in gives it."""
        token = f"refresh-{secrets.token_hex(8)}"
        self.live.add(token)
        return token

    def __enter__(self) -> TokenServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def browser(self, address: str) -> str:
        """What a browser does with the address: the person agrees; where it is sent back to."""
        fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{secrets.token_hex(8)}"
        self.codes[code] = fields
        return f"{fields['redirect_uri']}?code={code}&state={fields['state']}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, object]:
        with self._lock:
            self.asked.append({"path": path, **form})
            if self.script:
                return self.script.pop(0)
            if path == "/device":
                return self._device()
            if form.get("client_id") != CLIENT or form.get("client_secret", "") != self.secret:
                return 401, {"error": "invalid_client"}
            kind = form.get("grant_type", "")
            if kind == "refresh_token":
                return self._refresh(form["refresh_token"])
            if kind == "authorization_code":
                return self._exchange(form)
            return self._poll(form.get("device_code", ""))

    def _device(self) -> tuple[int, object]:
        code = f"device-{secrets.token_hex(8)}"
        self._devices.add(code)
        return 200, {
            "device_code": code, "user_code": "ABCD-EFGH", "verification_uri": f"{self.url}/type",
            "expires_in": 900, "interval": 5,
        }  # fmt: skip

    def _poll(self, code: str) -> tuple[int, object]:
        if code not in self._devices:
            return 400, {"error": "expired_token"}
        if self.pending:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        self._devices.discard(code)
        return self._tokens()

    def _exchange(self, form: dict[str, str]) -> tuple[int, object]:
        begun = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if begun is None or begun["code_challenge"] != _b64(digest):
            return 400, {"error": "invalid_grant", "error_description": "no such code or wrong verifier"}
        if begun["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "another redirect_uri"}
        return self._tokens()

    def _refresh(self, token: str) -> tuple[int, object]:
        if token in self.dead:
            self.live.clear()
        if token not in self.live:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.live.discard(token)
        self.dead.add(token)
        return self._tokens()

    def _tokens(self) -> tuple[int, object]:
        access = jwt(lasts=self.lasts, serial=secrets.token_hex(4))
        self.issued(access)
        return 200, {
            "access_token": access, "token_type": "Bearer", "expires_in": self.lasts,
            "refresh_token": self.grant(),
        }  # fmt: skip

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rig = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                held = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(held).items()}
                status, said = rig.answer(self.path, form)
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                if status in (302, 307):
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
