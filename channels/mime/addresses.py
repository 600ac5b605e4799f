"""Address fields to people (RFC 5322 with groups, RFC 6532, and what real senders write).

A scanner that reads each character once and never raises: quotes, comments and brackets may be
unclosed, separators doubled, names unquoted.
"""

from __future__ import annotations

import re
from typing import Final

from channels.letter import Address
from channels.mime import limits
from channels.mime.headers import raw_text, unfold, words

_TOKEN: Final = re.compile(
    r'(?P<space>[ \t\r\n]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>=\?[^?\s]{1,80}\?[BbQq]\?[^?]{0,2000}\?=)'
    r'|(?P<plain>[^ \t\r\n"(<>,;:=]+|=)|(?P<mark>[(<>,;:"])',
    re.DOTALL,
)
_SIMPLE: Final = re.compile(
    r"[ \t]*(?:(?:\"([^\"\\=<>@]*)\"|([\w.'!#$%*+/=?^`{|}~ \t-]*?))[ \t]*<([\w.!#$%&'*+/=^`{|}~-]+@[\w.-]+)>"
    r"|([\w.!#$%&'*+/^`{|}~-]+@[\w.-]+))[ \t]*(?:,|\Z)",
    re.ASCII,
)
_COMMENT_DEPTH: Final = 20


def addresses(raw: bytes) -> tuple[tuple[Address, ...], str]:
    """Everybody the field names, groups flattened, and what was wrong with it (or empty)."""
    value = raw_text(raw)
    if "\n" in value or "\r" in value:
        value = unfold(value)
    value = value.strip()
    found = simple(value)
    if found is None:
        found = scan(value)
    wrong = ""
    if len(found) > limits.ADDRESSES:
        wrong = f"a field names {len(found)} addresses, the first {limits.ADDRESSES} are kept"
        found = found[: limits.ADDRESSES]
    elif len(raw) > limits.FIELD_BYTES:
        wrong = "an address field is longer than 64 KB, the rest is ignored"
    return tuple(found), wrong


def scan(value: str) -> list[Address]:
    """Everybody in an unfolded field, by the patient way."""
    return _Scan(value).people()


def simple(value: str) -> list[Address] | None:
    """The same for a field without any rarity, or None. Only a shortcut."""
    if not value.isascii() or len(value) > 2_000:
        return None
    people: list[Address] = []
    at, end = 0, len(value)
    while at < end:
        m = _SIMPLE.match(value, at)
        if m is None or m.end() == at:
            return None
        quoted, name, bracketed, bare = m.groups()
        name = quoted or name or ""
        people.append(Address(" ".join((words(name) if "=?" in name else name).split()), bracketed or bare))
        at = m.end()
    return people if not value.endswith(",") else None


class _Scan:
    """One pass over the tokens of a field; what is collected becomes a person at each separator."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.at = 0
        self.in_group = False
        self.people_found: list[Address] = []
        self._clear()

    def _clear(self) -> None:
        self.phrase: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None
        self.bare: list[str] = []
        """Outside brackets, as written and without quotes removed: an address perhaps."""

    def people(self) -> list[Address]:
        size = len(self.value)
        while self.at < size and len(self.people_found) <= limits.ADDRESSES:
            m = _TOKEN.match(self.value, self.at)
            if m is None:
                self.at += 1
                continue
            self.at = m.end()
            kind = m.lastgroup
            if kind == "mark":
                self._mark(m["mark"])
            elif kind == "quoted":
                self._say(words(re.sub(r"\\(.)", r"\1", m["quoted"])), m[0])
            elif kind in ("word", "plain"):
                self._say(m[0], m[0])
            else:
                self._say(" ", " ")
        self._finish()
        return self.people_found

    def _say(self, shown: str, written: str) -> None:
        if self.angle is None:
            self.bare.append(written)
        self.phrase.append(shown)

    def _mark(self, mark: str) -> None:
        if mark == "(":
            self._comment()
        elif mark == "<":
            self._bracket()
        elif mark == ",":
            self._finish()
        elif mark == ";":
            self.in_group = False
            self._finish()
        elif mark == ":":
            self._colon()
        elif mark == '"':
            self._say("", "")

    def _colon(self) -> None:
        """The name of a group ends here, unless this is the inside of an address."""
        so_far = "".join(self.bare).strip().lower()
        name = len(so_far) > 1 and so_far[0] == so_far[-1] == '"'
        if ("@" in so_far and not name) or so_far == "mailto":
            self._say(":", ":")
            return
        self._clear()
        self.in_group = True

    def _bracket(self) -> None:
        value, start = self.value, self.at
        while start < len(value) and value[start] in "< \t":
            start += 1
        end = value.find(">", start)
        stop = next(
            (n for n in range(start, min(len(value), start + 1_000)) if value[n] in "<>\n"), len(value)
        )
        if end < 0 or stop < end:
            end = stop
        if self.angle is None or not self.angle:
            self.angle = value[start:end]
        elif "@" in value[start:end]:
            self._finish()
            self.angle = value[start:end]
        self.comments += [words(c).strip() for c in re.findall(r"\(([^()]{0,200})\)", value[start:end])[:20]]
        while end < len(value) and value[end] == ">":
            end += 1
        self.at = max(end, self.at)

    def _comment(self) -> None:
        value, depth, n = self.value, 1, self.at
        while n < len(value) and depth:
            c = value[n]
            if c == "\\":
                n += 1
            elif c == "(":
                depth += 1
            elif c == ")":
                depth -= 1
            n += 1
        inside = value[self.at : n - 1 if depth == 0 else n]
        if self.angle is None or not "".join(self.phrase).strip():
            self.comments.append(words(inside.replace("\\", "")).strip())
        self.at = n

    def _finish(self) -> None:
        name = " ".join(words("".join(self.phrase)).split())
        comment = " ".join(c for c in self.comments if c)
        if self.angle is not None:
            self._keep(f"{name} ({comment})" if name and comment else name or comment, self.angle, empty=True)
        else:
            bare = "".join(self.bare).strip()
            if bare:
                self._keep_bare(bare, comment)
        self._clear()

    def _keep_bare(self, bare: str, comment: str) -> None:
        if '"' not in bare and " " in bare and "@" in bare:
            tokens = bare.split()
            with_at = [t for t in tokens if "@" in t and not t.startswith("@") and not t.endswith("@")]
            if len(with_at) == 1:
                name = " ".join(t for t in tokens if t != with_at[0])
                self._keep(words(name) or comment, with_at[0])
                return
        self._keep(comment, bare)

    def _keep(self, name: str, addr: str, *, empty: bool = False) -> None:
        addr = addr.strip()
        if addr[:7].lower() == "mailto:":
            addr = addr[7:]
        if addr.startswith("@") and ":" in addr:
            addr = addr.split(":", 1)[1]
        if "@" in addr:
            addr = re.sub(r"[ \t]*([@.])[ \t]*", r"\1", re.sub(r"\([^()]{0,200}\)", "", addr)).strip()
        if addr or (empty and name):
            self.people_found.append(Address(name.strip(), addr))
