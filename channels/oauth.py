"""OAuth2 as mail needs it: device code (RFC 8628), code with PKCE (RFC 7636, 8252), refresh (RFC 6749 6).

Four requests and their answers. Keeps nothing and asks nobody; tokens are in oauth_keep.py, the listener
for a browser in oauth_loopback.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec import Struct

from channels import https
from channels.errors import BadArgument, ChannelError, LoginRefused, ProtocolConfused, Unreachable
from channels.https import Web
from channels.secret import Secret, Token
from channels.words import quoted

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LEAST_SECONDS = 60
"""What an access token lasts where the server does not say."""


class SignInOver(LoginRefused):
    """The sign-in expired or was revoked; only a person can begin a new one."""


class Provider(Struct, frozen=True):
    """Who signs people in. `client_id` is what this program is called there; each user registers it."""

    name: str
    client_id: str
    token_url: str
    authorize_url: str = ""
    device_url: str = ""
    scopes: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    """More fields of the address a browser is sent to."""
    wants_secret: bool = False
    """It gives programs a client secret and asks for it back."""
    web: Web = Web(private=True)


GOOGLE = Provider(
    "google", "", "https://oauth2.googleapis.com/token",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    scopes=("https://mail.google.com/",),
    # Without these two Google gives no refresh token, or none the second time.
    extra=(("access_type", "offline"), ("prompt", "consent")),
    wants_secret=True,
)  # fmt: skip
MICROSOFT = Provider(
    "microsoft", "", "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    device_url="https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
)  # fmt: skip
PROVIDERS = {one.name: one for one in (GOOGLE, MICROSOFT)}


class Tokens(Struct, frozen=True):
    """What a provider gives: a token for now, and one to get the next with."""

    access: Token
    refresh: Secret | None
    seconds: int
    """How long the access token lasts."""


class Device(Struct, frozen=True):
    """A sign-in begun on another device: the person types `code` at `url`."""

    url: str
    code: str
    secret: Secret
    seconds: int
    """How long the code is good."""
    every: int
    """Seconds between two questions whether the person is done."""


class Browser(Struct, frozen=True):
    """A sign-in in a browser: where to go, and what proves that the answer is ours."""

    url: str
    redirect: str
    state: Secret
    verifier: Secret


def begin_device(provider: Provider) -> Device:
    """Ask for a code to type. Raises ChannelError."""
    _known(provider)
    said = _ask(provider, provider.device_url, {"scope": " ".join(provider.scopes)})
    url = said.get("verification_uri") or said.get("verification_url")
    code, secret = said.get("user_code"), said.get("device_code")
    if not (isinstance(url, str) and isinstance(code, str) and isinstance(secret, str)):
        raise _odd(provider)
    if not url.startswith("https://") and not provider.web.insecure_loopback:
        raise ProtocolConfused(f"{quoted(provider.name)} names no https address to sign in at; it was left.")
    every = _seconds(said.get("interval"), usual=5)
    return Device(url, code, Secret(secret), _seconds(said.get("expires_in"), usual=900), max(every, 1))


def poll_device(provider: Provider, device: Device) -> Tokens | int:
    """The tokens, or how many seconds longer to wait between questions. ChannelError when it is over."""
    said = _ask(
        provider, provider.token_url, {"grant_type": DEVICE_GRANT, "device_code": device.secret},
        waits=("authorization_pending", "slow_down"),
    )  # fmt: skip
    if said.get("error") == "authorization_pending":
        return 0
    if said.get("error") == "slow_down":
        return 5
    return _tokens(provider, said)


def begin_browser(provider: Provider, *, redirect: str, user: str) -> Browser:
    """Where a browser has to go. `redirect` is an address of this machine (RFC 8252 7.3)."""
    _known(provider)
    verifier, state = Secret(secrets.token_urlsafe(48)), Secret(secrets.token_urlsafe(24))
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    fields = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect,
        "scope": " ".join(provider.scopes), "state": state.reveal(), "login_hint": user,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256", **dict(provider.extra),
    }  # fmt: skip
    return Browser(f"{provider.authorize_url}?{urlencode(fields)}", redirect, state, verifier)


def code_in(browser: Browser, redirected: str) -> Secret:
    """The code in the address a browser was sent back to, also as pasted by a person.

    Raises BadArgument for an address that is none of ours, LoginRefused when the person was refused.
    """
    try:
        fields = parse_qs(urlsplit(redirected.strip()).query, max_num_fields=20)
    except ValueError:
        fields = dict[str, list[str]]()
    state = fields.get("state", [""])[0]
    if not hmac.compare_digest(state.encode(), browser.state.reveal().encode()):
        raise BadArgument(
            "This is not the address the sign-in ended at. Copy the whole of it from the browser, with http."
        )
    if "error" in fields:
        raise LoginRefused(
            f"The sign-in was refused ({quoted(fields['error'][0])}). Nothing was kept; try again."
        )
    code = fields.get("code", [""])[0]
    if not code:
        raise BadArgument("There is no code in this address. Copy the whole of it from the browser.")
    return Secret(code)


def exchange(provider: Provider, browser: Browser, code: Secret, *, client_secret: Secret | None) -> Tokens:
    """Tokens for the code of a browser. Raises ChannelError."""
    form: dict[str, str | Secret] = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": browser.redirect,
        "code_verifier": browser.verifier,
    }  # fmt: skip
    return _tokens(provider, _ask(provider, provider.token_url, _with(form, client_secret)))


def refresh(provider: Provider, token: Secret, *, client_secret: Secret | None = None) -> Tokens:
    """The next access token. Raises SignInOver when there will be none, else ChannelError."""
    _known(provider)
    form: dict[str, str | Secret] = {"grant_type": "refresh_token", "refresh_token": token}
    return _tokens(provider, _ask(provider, provider.token_url, _with(form, client_secret)))


def _with(form: dict[str, str | Secret], client_secret: Secret | None) -> dict[str, str | Secret]:
    return form | {"client_secret": client_secret} if client_secret else form


def _known(provider: Provider) -> None:
    if not provider.client_id:
        raise BadArgument(
            f"Nobody has registered this program at {provider.name} yet. Register it there and write its "
            f"client_id under [oauth.{provider.name}] in config.toml; the README tells how."
        )


def _ask(
    provider: Provider, url: str, form: Mapping[str, str | Secret], *, waits: tuple[str, ...] = ()
) -> dict[str, object]:
    """One question to the provider and its answer. Raises ChannelError, save for the errors in `waits`."""
    answer = https.post(url, {"client_id": provider.client_id, **form}, provider.web)
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(f"{provider.name} cannot sign anybody in just now ({answer.status}). Try later.")
    try:
        said = cast("object", json.loads(answer.body))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _odd(provider)
    fields = cast("dict[str, object]", said)
    error = fields.get("error")
    if error is not None and error not in waits:
        raise _refusal(provider, str(error), fields.get("error_description"))
    return fields


_OVER = ("invalid_grant", "expired_token", "interaction_required", "login_required", "consent_required")
_NO = ("access_denied", "authorization_declined")
_APP = ("invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type")


def _refusal(provider: Provider, error: str, described: object) -> ChannelError:
    """What an error of RFC 6749 5.2 or RFC 8628 3.5 means for a person."""
    said = quoted(f"{error}: {described}" if isinstance(described, str) and described else error)
    if error in _OVER:
        return SignInOver(f"The sign-in at {provider.name} is over or was revoked ({said}).")
    if error in _NO:
        return LoginRefused(f"The sign-in at {provider.name} was declined ({said}). Nothing was kept.")
    if error in _APP:
        return LoginRefused(
            f"{provider.name} does not accept this program ({said}). Check client_id, its client secret and "
            f"scopes under [oauth.{provider.name}] in config.toml."
        )
    if error in ("temporarily_unavailable", "server_error"):
        return Unreachable(f"{provider.name} cannot sign anybody in just now ({said}). Try later.")
    return LoginRefused(f"{provider.name} refused the sign-in ({said}). Nothing was kept.")


def _tokens(provider: Provider, said: Mapping[str, object]) -> Tokens:
    access, again = said.get("access_token"), said.get("refresh_token")
    kind = said.get("token_type", "bearer")
    if not isinstance(access, str) or not access or str(kind).lower() != "bearer":
        raise _odd(provider)
    kept = Secret(again) if isinstance(again, str) and again else None
    return Tokens(Token(access), kept, _seconds(said.get("expires_in"), usual=LEAST_SECONDS))


def _seconds(value: object, *, usual: int) -> int:
    """A length of time as servers write it, within a day."""
    text = str(value)
    return min(int(text), 86_400) if text.isascii() and text.isdecimal() and len(text) < 9 else usual


def _odd(provider: Provider) -> ProtocolConfused:
    return ProtocolConfused(f"{provider.name} answers what is no answer to a sign-in. Check its addresses.")
