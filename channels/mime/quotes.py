"""Quoted text and signatures of a letter, found as spans of lines that a screen may fold.

A scanner of lines, not one big pattern: each line is looked at a bounded number of times, whatever
it holds. Nothing is deleted; when in doubt a line stays open.
"""

from __future__ import annotations

import re
from itertools import accumulate, islice
from typing import Final

from msgspec import Struct

from channels.letter import Fold
from channels.mime import quote_words as words
from channels.mime.quote_heads import (
    ABOVE,
    ADDRESS,
    BLANK,
    DAY,
    STRIP,
    TIME,
    any_of,
    begins_with_date,
    names_somebody,
    says_who,
    stamped,
)
from channels.mime.telephone import telephone

_LINE: Final = 1_000
"""Characters of a line that are looked at."""
_HEAD_LINES: Final = 4
"""Lines over which a mail program may wrap `On ..., ... wrote:`."""
_BLOCK_LINES: Final = 14
"""Lines looked at for the labels of a letter quoted whole."""
_TELLING: Final = 5_000
"""Lines looked at closely; what a person wrote has a few hundred that begin or end in a telling way."""
_SHORT: Final = 60
_CARD_LINES: Final = 8
_SIGNATURE_LINES: Final = 30
"""A longer one is no signature."""


_LABEL: Final = re.compile(
    rf"[\s*_]*(?:{'|'.join(f'(?P<{kind}>{any_of(names)})' for kind, names in words.LABELS.items())})"
    rf"[\s*_]{{0,3}}[:：]",
    re.IGNORECASE,
)
_SOME_LABEL: Final = re.compile(r"[\s*_]*[^\W\d][^:：<>@]{0,25}[:：]")
_ORIGINAL: Final = re.compile(rf"(?:{any_of(words.ORIGINAL)})(?!\w)", re.IGNORECASE)
_FORWARDED: Final = re.compile(rf"(?:{any_of(words.FORWARDED)})(?!\w)", re.IGNORECASE)
_RULE: Final = re.compile(r"\s*(?:[-_=*~#]\s?){3,}\s*\Z")
_MARKING: Final = frozenset("-#=*_~")
_RULED: Final = frozenset("-_=*~#")
_SIGNATURE: Final = re.compile(r"--[ \xa0]?\Z")
_PGP_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE-----"
_FENCE: Final = re.compile(r"\s{0,3}(?:```|~~~)")
_PREFIXED: Final = re.compile(r"[\w.-]{1,15}>\s")
_CONTACT: Final = re.compile(r"@[\w-]+\.|https?://|www\.|\+?\d[\d ()/.-]{7,}\d")
_DASHES: Final = STRIP + "-="
_ENDINGS: Final = frozenset(STRIP + ":：-")
_BEGINNINGS: Final = frozenset(STRIP + ">-=~#`(<[")


class _Block(Struct):
    """Lines that quote, from the line that introduces them."""

    first: int
    last: int
    introduced: bool
    to_end: bool = False


def folds(text: str, *, forward: bool = False) -> tuple[Fold, ...]:
    """Spans of quotes (with the lines that introduce them) and of signatures, in order.

    With `forward` a whole letter below its header lines is what the sender wants to show, and stays.
    Interleaved answers stay with the quotes they answer.
    """
    if not text:
        return ()
    return _Scan(text, forward=forward).folds()


class _Scan:
    def __init__(self, text: str, *, forward: bool) -> None:
        lines = text.split("\n")
        self.lines = [line[:_LINE] for line in lines] if max(map(len, lines)) > _LINE else lines
        self.forward = forward
        self.end = len(self.lines)
        """Nothing from this line on is looked at: a forwarded letter begins."""
        self.sums: list[int] = []
        self.wide = "：" in text
        self.fenced = _fenced(self.lines) if "```" in text or "~~~" in text else frozenset[int]()
        self.first_own = next(
            (n for n, line in enumerate(self.lines) if line.strip(BLANK) and line[0] != ">"), self.end
        )

    def folds(self) -> tuple[Fold, ...]:
        blocks = self._blocks()
        found = [Fold("q", b.first, b.last) for b in self._not_interleaved(blocks)]
        found.extend(self._signatures(blocks))
        return tuple(sorted(found, key=lambda f: f.first))

    def _blocks(self) -> list[_Block]:
        """Quotes from top to bottom. Only lines that begin or end in a telling way are looked at."""
        blocks: list[_Block] = []
        past = looked = 0
        wide = self.wide
        for n, line in enumerate(self.lines):
            if n < past or not line:
                continue
            if n >= self.end or looked >= _TELLING:
                break
            if (
                line[0] in _BEGINNINGS or line[-1] in _ENDINGS or ":" in line[:40] or (wide and "：" in line)
            ) and n not in self.fenced:
                looked += 1
                block = self._block_at(n, line, past)
                if block is not None:
                    blocks.append(block)
                    past = block.last + 1
        return blocks

    def _block_at(self, n: int, line: str, floor: int) -> _Block | None:
        """The quote that line `n` begins or, being the last line of its head, introduces."""
        if line[0] in "> " and line.startswith((">", " >")) and not self._closes_address(n):
            return self._marked(n, n, introduced=False)
        open_ended = False
        if line[-1] in _ENDINGS:
            tail = line.rstrip(STRIP)
            open_ended = tail.endswith((":", "："))
            if (open_ended or tail.endswith("--")) and (first := self._head(n, floor)) is not None:
                return self._introduced(first, n)
            if open_ended and self._quote_below(n) and names_somebody(tail):
                return self._introduced(n, n)
        if line[0] in _MARKING and 20 < len(line) < 200 and ABOVE.search(line):
            return self._whole(n)
        if line[0] in _BEGINNINGS and line.lstrip(STRIP)[:1] in "-_=" and self._is_marker(n):
            return self._whole(n)
        if (open_ended or "--" in line) and len(line) < 120 and _FORWARDED.match(line.lstrip(_DASHES)):
            self.end = n
        elif not self.forward and self._labels(n) >= 3:
            return self._whole(n)
        return self._whole(n) if "<" in line and not self.forward and self._strange_labels(n) else None

    def _quote_below(self, n: int) -> bool:
        """Whether a marked line follows, with one blank line between at most."""
        below = n + 1 if n + 1 < self.end and self.lines[n + 1].strip(BLANK) else n + 2
        return below < self.end and self.lines[below].startswith((">", " >"))

    def _closes_address(self, n: int) -> bool:
        """`>:` or `> wrote:` under a line that left its `<` open is no quote mark."""
        above = self.lines[n - 1] if n else ""
        return (
            self.lines[n].rstrip(STRIP).endswith((":", "："))
            and not above.startswith(">")
            and above.rfind("<") > above.rfind(">")
        )

    def _marked(self, first: int, n: int, *, introduced: bool) -> _Block:
        """A run of `>` lines; blank lines and lines a program wrapped without a mark belong to it."""
        last = n
        for at, line in enumerate(islice(self.lines, n, self.end), n):
            if line[:1] == ">" or line[:2] == " >":
                last = at
            elif line.strip(BLANK) and not self._wrapped(at, last):
                break
        return _Block(first, last, introduced)

    def _wrapped(self, n: int, last: int) -> bool:
        """Whether an unmarked line continues the marked line right above, with another right below."""
        if n != last + 1 or n + 1 >= len(self.lines) or not self.lines[n + 1].startswith(">"):
            return False
        return len(self.lines[last]) >= 65 or self.lines[n][:1].islower()

    def _head(self, n: int, floor: int) -> int | None:
        """The first line of `On ..., ... wrote:` that ends on line `n`, or None."""
        near: int | None = None
        joined = ""
        for k in range(_HEAD_LINES):
            at = n - k
            if at < floor or not self.lines[at].strip(BLANK) or (k and self.lines[at].startswith(">")):
                break
            joined = f"{self.lines[at].strip(STRIP)} {joined}".strip()
            if len(joined) > 600:
                break
            if begins_with_date(joined):
                return at
            if near is None and (says_who(joined) or stamped(joined)):
                near = at
        return near

    def _introduced(self, first: int, n: int) -> _Block | None:
        below = next((k for k in range(n + 1, self.end) if self.lines[k].strip(BLANK)), None)
        if below is None:
            return _Block(first, self.end - 1, introduced=True, to_end=True)
        if self.lines[below].startswith((">", " >")):
            return self._marked(first, below, introduced=True)
        if not self._own_above(first):
            return None
        return _Block(first, self.end - 1, introduced=True, to_end=True)

    def _is_marker(self, n: int) -> bool:
        """A line of dashes that says `Original Message`, or that stands above the labels of a letter."""
        line = self.lines[n]
        if _SIGNATURE.match(line):
            return False
        said = line.lstrip(_DASHES)
        if said:
            return "--" in line[: len(line) - len(said)] and _ORIGINAL.match(said) is not None
        if self.forward or not _RULE.match(line):
            return False
        below = next((k for k in range(n + 1, min(self.end, n + 5)) if self.lines[k].strip(BLANK)), None)
        return below is not None and self._labels(below) >= 2

    def _labels(self, n: int) -> int:
        """How many different labels (From, Sent, To, Subject ...) begin lines from `n` on."""
        kinds: set[str] = set()
        strange = 0
        for line in self.lines[n : min(self.end, n + _BLOCK_LINES)]:
            if not line.strip(BLANK):
                continue
            m = _LABEL.match(line)
            if m is None:
                strange += 1
                if not kinds or strange > 1:
                    break
                continue
            kind = m.lastgroup or ""
            if not kinds and kind not in ("from", "date"):
                return 0
            strange = 0
            kinds.add(kind)
        return len(kinds - {"copy"}) if "from" in kinds else 0

    def _strange_labels(self, n: int) -> bool:
        """Labels of a language we have no words for: somebody's address, then a day and a time, then more."""
        block = [line for line in self.lines[n : min(self.end, n + 6)] if line.strip(BLANK)][:3]
        return (
            len(block) == 3
            and all(_SOME_LABEL.match(line) for line in block)
            and ADDRESS.search(block[0]) is not None
            and DAY.search(block[1]) is not None
            and TIME.search(block[1]) is not None
        )

    def _whole(self, n: int) -> _Block | None:
        """A letter quoted whole, to the end; not when nothing of the sender's stands above it."""
        if not self._own_above(n):
            return None
        first = n
        while first > 0 and (not self.lines[first - 1].strip(BLANK) or _RULE.match(self.lines[first - 1])):
            first -= 1
        while first < n and not self.lines[first].strip(BLANK):
            first += 1
        return _Block(first, self.end - 1, introduced=True, to_end=True)

    def _own_above(self, n: int) -> bool:
        return self.first_own < n

    def _not_interleaved(self, blocks: list[_Block]) -> list[_Block]:
        """Quotes that may fold: those with no answer of the sender's below that needs them."""
        answered = [
            self._answered(b, blocks[n + 1].first if n + 1 < len(blocks) else self.end)
            for n, b in enumerate(blocks)
        ]
        if not any(answered):
            return blocks
        last = max(n for n, yes in enumerate(answered) if yes)
        only_below = sum(answered) == 1 and last == len(blocks) - 1 and blocks[last].introduced
        if only_below and not (last and not blocks[0].introduced):
            return blocks
        return [b for n, b in enumerate(blocks) if n > last or (not answered[n] and b.introduced and n == 0)]

    def _answered(self, block: _Block, until: int) -> bool:
        """Whether text of the sender's follows a quote before the next one or a signature."""
        for n in range(block.last + 1, until):
            line = self.lines[n]
            if _SIGNATURE.match(line) or telephone(self.lines[n]):
                return False
            if line.strip(BLANK):
                return True
        return False

    def _signatures(self, blocks: list[_Block]) -> list[Fold]:
        """One signature at most between two quotes, from its mark to the next quote."""
        found: list[Fold] = []
        start = 0
        for block in [*blocks, _Block(self.end, self.end, introduced=False)]:
            first = self._signature_in(start, block.first)
            if first is not None:
                last = block.first - 1
                while last > first and not self.lines[last].strip(BLANK):
                    last -= 1
                found.append(Fold("s", first, last))
            start = max(start, block.last + 1)
        return found

    def _signature_in(self, start: int, end: int) -> int | None:
        for n in range(start, end):
            line = self.lines[n]
            if not line or n in self.fenced:
                continue
            first = line[0]
            if first == "-" and _SIGNATURE.match(line):
                if self._filled(n + 1, end) <= _SIGNATURE_LINES:
                    return n
            elif (
                telephone(line)
                or (first == "-" and line.startswith(_PGP_SIGNATURE))
                or ((first in _RULED or first.isspace()) and self._card(n, end))
            ):
                return n
        return None

    def _filled(self, start: int, end: int) -> int:
        """How many lines from `start` to before `end` are not blank.

        A short stretch is counted; for a long one sums are kept, so that many marks cost no more.
        """
        if end - start <= _SHORT:
            return sum([1 for line in self.lines[start:end] if line.strip(BLANK)])
        if not self.sums:
            self.sums = [0, *accumulate(bool(line.strip(BLANK)) for line in self.lines)]
        return self.sums[end] - self.sums[min(start, end)]

    def _card(self, n: int, end: int) -> bool:
        """A rule above a few short lines with a way to reach somebody: a visiting card."""
        if (
            self.lines[n].lstrip()[:1] not in _RULED
            or not _RULE.match(self.lines[n])
            or not self._own_above(n)
        ):
            return False
        if not 1 <= self._filled(n + 1, end) <= _CARD_LINES:
            return False
        below = [line.strip() for line in islice(self.lines, n + 1, end) if line.strip(BLANK)]
        if any(len(line) > 90 for line in below):
            return False
        return any(_CONTACT.search(line) for line in below)


def _fenced(lines: list[str]) -> frozenset[int]:
    """Lines of program text between fences, where nothing is a quote."""
    found: set[int] = set()
    inside = False
    for n, line in enumerate(lines):
        if line[:1] in "`~ " and _FENCE.match(line):
            inside = not inside
        elif inside:
            found.add(n)
    return frozenset(found)
