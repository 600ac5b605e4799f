"""HTML mail to readable text. Fetches nothing, runs nothing, shows where a link really goes.

Built on selectolax (lexbor) with an iterative walk; what would make the tree builder slow is sent
through a plain tag stripper instead (libraries.md 8).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from channels.mime import limits

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SILENT_TAGS: Final = (
    "head script style title template object embed applet svg math meta link base"
    " select option textarea iframe audio video canvas map area param"
)
_SILENT: Final = frozenset(_SILENT_TAGS.split())
_BLOCK_TAGS: Final = (
    "address article aside body caption center dd details dialog div dl dt fieldset figcaption figure footer"
    " form header hgroup html legend main nav section summary table tbody tfoot thead tr"
)
_BLOCK: Final = frozenset(_BLOCK_TAGS.split())
_SPACED_TAGS: Final = "p h1 h2 h3 h4 h5 h6 ul ol blockquote pre"
_SPACED: Final = frozenset(_SPACED_TAGS.split())
_CELLS: Final = frozenset(("td", "th"))
_HIDDEN: Final = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)
_TAG_NAME: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_VOID_TAGS: Final = "area base br col embed hr img input link meta param source track wbr o:p"
_VOID: Final = frozenset(_VOID_TAGS.split())
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_LIKE_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MANY_BREAKS: Final = re.compile(r"\n{3,}")
_META: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_SIGNED: Final = re.compile(r"signature|\b__sig", re.IGNORECASE)
_SIGNABLE: Final = frozenset(("div", "span", "p", "pre", "table", "td", "section"))
_EMPTY_WORDS: Final = (
    "untitled new no kein sans ohne a the your document dokument titel title titre email e mail message"
    " newsletter template html page index test 1 2"
)
_EMPTY_TITLE: Final = frozenset(_EMPTY_WORDS.split())
"""A title of these words alone says nothing."""
_FORGOTTEN: Final = re.compile(r"\{\{|\*\||%%|\[%|\$\{|\.html?\b")
"""Marks of a title in which a program forgot to put its value."""
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u200b\u200c\u2060\ufeff]+")


def charset_in(data: bytes) -> str:
    """The charset an HTML document names for itself, or empty."""
    found = _META.search(data[:4_000])
    return found[1].decode("ascii") if found else ""


def to_text(
    source: str, cids: Mapping[str, str] | None = None, *, subject: str | None = None
) -> tuple[str, str]:
    """Readable text of a document, and what was wrong with it (or empty).

    `cids` maps Content-Ids of the letter's own pictures to their names. With the letter's `subject`, a title
    that says more than the subject and the text is its first line.
    """
    wrong = ""
    if len(source) > limits.HTML_BYTES:
        source, wrong = source[: limits.HTML_BYTES], "the HTML is longer than 1 MB, the rest is ignored"
    if left_open(source) > limits.HTML_OPEN:
        return strip_tags(source), "the HTML is nested too deeply, its tags were only removed"
    from selectolax.lexbor import LexborHTMLParser  # here: a letter with plain text never needs it

    document = LexborHTMLParser(source)
    body = document.body
    if body is None:
        return strip_tags(source), wrong
    text = _Page(cids or {}, signed=_SIGNED.search(source) is not None).read(body)
    if subject is not None and (found := document.css_first("head > title")) is not None:
        text = _titled(found.text(), text, subject)
    return text, wrong


def _titled(title: str, text: str, subject: str) -> str:
    """The text below its title, where the title is news."""
    title = _SPACE.sub(" ", _INVISIBLE.sub("", title)).strip()[:200]
    known = _SPACE.sub(" ", f"{subject} {text}").casefold()
    says = set(re.findall(r"\w+", title.casefold())) - _EMPTY_TITLE
    if not says or _FORGOTTEN.search(title) or title.casefold() in known:
        return text
    return f"{title}\n\n{text}"


def left_open(source: str) -> int:
    """How many tags are open at most at once, never less than the true depth."""
    if source.count("<") < limits.HTML_OPEN:
        return 0
    depth = deepest = 0
    for closing, name in _TAG_NAME.findall(source):
        if closing:
            depth = max(0, depth - 1)
        elif name.lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def strip_tags(source: str) -> str:
    """What is outside `<` and `>`, in one pass."""
    out: list[str] = []
    at = 0
    while (start := source.find("<", at)) >= 0:
        out.append(source[at:start])
        end = source.find(">", start)
        if end < 0:
            at = len(source)
            break
        tag = source[start + 1 : start + 8].lower()
        out.append("\n" if tag.startswith(("br", "p", "div", "/div", "tr", "li", "/p")) else " ")
        at = end + 1
        if tag.startswith(("script", "style")):
            close = source.find("</", at)
            at = close if close >= 0 else len(source)
    out.append(source[at:])
    return _MANY_BREAKS.sub("\n\n", entities.unescape("".join(out)))


class _Page:
    """What has been written so far: finished lines, the line being written, and the depth of quotes."""

    def __init__(self, cids: Mapping[str, str], *, signed: bool) -> None:
        self.cids = cids
        self.signed = signed
        """Whether the document marks signatures at all."""
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.lists: list[int] = []
        """The next number of each open list, 0 for bullets."""
        self.links: list[tuple[str, int, int]] = []
        """Target of each open link, and where its text began (line, piece)."""
        self.targets: list[tuple[str, str]] = []
        """Words and target of links closed on this line; they are written at its end, so that a
        sentence stays whole."""
        self.pictures = 0

    def read(self, body: LexborNode) -> str:
        """Walk with enter and leave events, without recursion."""
        node: LexborNode | None = body
        top = body.mem_id
        while node is not None:
            down = node.first_child if self._enter(node) else None
            if down is not None:
                node = down
                continue
            while node is not None:
                self._leave(node)
                if node.mem_id == top:
                    node = None
                elif node.next is not None:
                    node = node.next
                    break
                else:
                    node = node.parent
        self._break()
        return _MANY_BREAKS.sub("\n\n", "\n".join(self.lines)).strip("\n") + "\n" if self.lines else ""

    def _enter(self, node: LexborNode) -> bool:
        """Write what stands at the start of a node; False when nothing inside it is shown."""
        tag = node.tag or ""
        if tag == "-text":
            self._say(node.text_content or "")
            return False
        if tag.startswith(("-", "_", "!")) or tag in _SILENT:
            return False
        if self.signed and tag in _SIGNABLE:
            self._mark_signature(node)
        if tag in _BLOCK or tag in _SPACED or tag == "li":
            return self._enter_block(node, tag)
        if tag == "br":
            self._break(forced=True)
        elif tag == "hr":
            self._break()
            self.line.append("-" * 30)
            self._break()
        elif tag == "img":
            self._picture(node)
        elif tag in _CELLS:
            if self.line and not self.line[-1].endswith((" ", "\n")):
                self.line.append(" ")
            return not self._hidden(node)
        elif tag == "a":
            self.links.append(((node.attributes.get("href") or "").strip(), len(self.lines), len(self.line)))
        elif self._hidden(node):
            return False
        return tag not in ("br", "hr", "img", "input")

    def _enter_block(self, node: LexborNode, tag: str) -> bool:
        if self._hidden(node):
            return False
        self._break()
        if tag in _SPACED:
            self._gap()
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._bullet()
        return True

    def _mark_signature(self, node: LexborNode) -> None:
        """The line that begins a signature in plain text, above what the document marks as one."""
        given = node.attributes
        names = " ".join(given.get(key) or "" for key in ("class", "id", "name", "data-marker"))
        if not self.lines or self.quotes or not _SIGNED.search(names) or self._hidden(node):
            return
        if not (said := node.text(deep=True).strip()) or said.startswith("--"):
            return
        self._break()
        if all(line.strip() not in ("--", "-- ") for line in self.lines[-3:]):
            self.lines.append("-- ")

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "a":
            self._close_link()
        elif (tag in _BLOCK or tag in _SPACED or tag == "li") and not self._hidden(node):
            self._break()
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag == "pre":
                self.preformatted = max(0, self.preformatted - 1)
            elif tag == "blockquote":
                self.quotes = max(0, self.quotes - 1)
            if tag in _SPACED:
                self._gap()

    def _say(self, text: str) -> None:
        if self.preformatted:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for more in rest:
                self._break(forced=True)
                self.line.append(more)
            return
        text = _SPACE.sub(" ", _INVISIBLE.sub("", text) if not text.isascii() else text)
        if not self.line or self.line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.line.append(text)

    def _break(self, *, forced: bool = False) -> None:
        text = "".join(self.line).replace("\xa0", " ").rstrip()
        self.line = []
        mark = ">" * self.quotes + " " if self.quotes else ""
        if text:
            for n, (said, target) in enumerate(self.targets):
                if n == len(self.targets) - 1 and text.endswith(said):
                    text += f" <{target}>"
                else:
                    text += f"\n{mark}  {said} <{target}>"
            self.lines.append(mark + text)
        elif forced:
            self.lines.append(mark.rstrip(" "))
        self.targets = []

    def _gap(self) -> None:
        if not self.lines:
            return
        if self.lines[-1].strip("> "):
            self.lines.append(">" * self.quotes)
        elif len(self.lines[-1]) > self.quotes:
            self.lines[-1] = ">" * self.quotes

    def _bullet(self) -> None:
        indent = "  " * max(0, len(self.lists) - 1)
        if self.lists and self.lists[-1]:
            self.line.append(f"{indent}{self.lists[-1]}. ")
            self.lists[-1] += 1
        else:
            self.line.append(f"{indent}- ")

    def _picture(self, node: LexborNode) -> None:
        given = node.attributes
        if (given.get("width") or "").strip("px ") in ("0", "1") or (given.get("height") or "").strip(
            "px "
        ) in ("0", "1"):
            return
        source = (given.get("src") or "").strip()
        alt = _SPACE.sub(" ", given.get("alt") or "").strip()
        if source[:4].lower() == "cid:":
            self.pictures += 1
            name = self.cids.get(source[4:]) or self.cids.get(unquote(source[4:]), "") or alt
            self.line.append(f"[image {self.pictures}: {name}]" if name else f"[image {self.pictures}]")
        elif alt:
            self._say(f"[{alt[:200]}]")

    def _close_link(self) -> None:
        if not self.links:
            return
        target, line, piece = self.links.pop()
        if not target or target.startswith("#"):
            return
        target = _SPACE.sub("", target)[: limits.LINK_CHARS]
        pieces = self.line[piece:] if line == len(self.lines) else [*self.lines[line:], *self.line]
        said = "".join(pieces).strip()
        bare = target[7:] if target[:7].lower() == "mailto:" else target
        if bare.split("?", 1)[0] in said or _same_place(said, target):
            return
        if not said and _LIKE_ADDRESS.match(target):
            self.line.append(f"<{target}>")
        elif _LIKE_ADDRESS.match(said) or "\n" in said or line != len(self.lines):
            self.line.append(f" <{target}>")
        elif said:
            self.targets.append((said, target))

    def _hidden(self, node: LexborNode) -> bool:
        given = node.attributes
        style = given.get("style")
        return "hidden" in given or bool(style and _HIDDEN.search(style))


def _same_place(said: str, target: str) -> bool:
    """The words of the link are the address itself, so showing it again tells nothing."""
    plain = [re.sub(r"^https?://", "", v.strip().lower()).rstrip("/") for v in (said, target)]
    return plain[0] == plain[1]
