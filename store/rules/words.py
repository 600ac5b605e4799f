"""Text to words, as the index of words sees it: folded, cut, stemmed.

Everything that enters the index goes through `prepare`, everything that is looked for through the
same folding, so that the predicate on one ticket and FTS5's `porter unicode61` agree. Beyond what
unicode61 folds itself (`straße` is `strasse`, `ﬁ` is `fi`), and each letter of a script written
without spaces is a word, so that a phrase of them finds any part. Pure; knows no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from store.rules.stems import stem

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3040-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Korean, Japanese and Chinese, as a character class."""


@cache
def _word() -> re.Pattern[str]:
    """A word. Compiled on first use: a class of ten thousand letters takes 5 ms that `ls` has no need of."""
    return re.compile(f"[{_UNSPACED}]|[^\\s{_UNSPACED}]+")


@cache
def _lone() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


_ASCII_WORDS = bytes(b if chr(b).isalnum() and b < 128 else 32 for b in range(256)).lower()
_JOINERS = frozenset("\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff")
"""Written inside words without ending them: soft hyphen, joiners, direction marks."""

_LONGEST_PHRASE = 4_000

_STRANGE = re.compile("[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]")
"""Letters that FTS5 takes for blanks, so they are blanks here too."""


def fold(text: str) -> str:
    """Lower case, without accents, blanks where no word is."""
    if text.isascii():
        return text.encode().translate(_ASCII_WORDS).decode()
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def plain(text: str) -> str:
    """Folded like `fold`, but with punctuation and symbols kept: the form `names` holds and is asked in."""
    if text.isascii():
        return text.lower().replace("\0", " ")
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The folded words of a text in order, not stemmed."""
    return _word().findall(fold(text))


def stems(text: str) -> list[str]:
    """The words of a text as the index holds them."""
    return [stem(word) for word in words(text)]


def prepare(text: str) -> str:
    """The text in the form that is handed to FTS5, which cuts it into exactly `stems(text)`."""
    return text.replace("\0", " ") if text.isascii() else " ".join(words(text))


def line(held: Sequence[str]) -> str:
    """Stems one after the other, as `contains` looks through them."""
    return f" {' '.join(held)} "


def contains(held: str, phrase: Sequence[str], *, open_end: bool = False) -> bool:
    """Whether a `line` of stems has `phrase` in it; with `open_end` its last word may go on."""
    return bool(phrase) and f" {' '.join(phrase)}{'' if open_end else ' '}" in held


def spots(text: str, phrases: Iterable[tuple[Sequence[str], bool]]) -> list[tuple[int, int]]:
    """Where phrases stand in a text, as (start, end) in order of start. A phrase is (stems, open end).

    Decomposed accents cut words here; hand in text in normal form C.
    """
    folded = _same_length(text)
    found: set[tuple[int, int]] = set()
    for phrase, open_end in phrases:
        found.update(_spots_of(folded, phrase=phrase, open_end=open_end))
    return sorted(found)


def first_spot(text: str, phrases: Iterable[tuple[Sequence[str], bool]]) -> int | None:
    """Where the first of all `spots` begins, without looking further than that for any of them."""
    folded, best = _same_length(text), None
    for phrase, open_end in phrases:
        found = next(_spots_of(folded, phrase=phrase, open_end=open_end), None)
        if found is not None and (best is None or found[0] < best):
            best, folded = found[0], folded[: found[1] + _LONGEST_PHRASE]
    return best


def _same_length(text: str) -> str:
    return fold(text) if text.isascii() else text.translate(_SAME)


def _spots_of(folded: str, *, phrase: Sequence[str], open_end: bool) -> Iterator[tuple[int, int]]:
    if not phrase:
        return
    for first in _starting(phrase[0], exact=folded.isascii()).finditer(folded):
        at = first.start()
        for number, wanted in enumerate(phrase, 1):
            match = _word().search(folded, at)
            if match is None:
                return
            held = stem(match.group().translate(_FOLDED))
            if held != wanted and not (number == len(phrase) and open_end and held.startswith(wanted)):
                break
            at = match.end()
        else:
            yield first.start(), at


def _starting(word: str, *, exact: bool) -> re.Pattern[str]:
    """Finds the words that could have this stem: a stem begins as its word does, but for its last letter."""
    if _lone().fullmatch(word):
        return re.compile(word)
    begin = re.escape(word[:-1] if exact and len(word) > 2 else word[:1])
    return re.compile(f"(?<![^\\s{_UNSPACED}]){begin}[^\\s{_UNSPACED}]*")


def _fold_letter(letter: str) -> str:
    """One character as words have it: letters, a blank, or nothing."""
    category = unicodedata.category(letter)
    if letter in _JOINERS or category[0] == "M":
        return ""
    if _lone().fullmatch(letter):
        return letter if category[0] in "LN" else " "
    return "".join([_bare(part) for part in _taken_apart(letter)])


def _taken_apart(letter: str) -> str:
    """Compatibility forms and accents resolved, case folded."""
    if "\u0400" <= letter <= "\u052f" and letter not in "Ёё":
        return letter.casefold()  # й is a letter of its own, no и with an accent
    folded = unicodedata.normalize("NFKD", letter).casefold()
    return unicodedata.normalize("NFKD", folded).casefold()


def _bare(letter: str) -> str:
    category = unicodedata.category(letter)
    if category[0] == "M":
        return ""
    return letter if category[0] in "LN" and not _STRANGE.match(letter) else " "


class _Folded(dict[int, str]):
    """Characters as `fold` has them, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_letter(chr(code))
        return self[code]


class _Plain(dict[int, str]):
    """Characters as `plain` has them, worked out when first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = _fold_letter(letter)
        keep = folded.isspace() and len(folded) == 1 and unicodedata.category(letter)[0] not in "CZ"
        self[code] = letter if keep else folded
        return self[code]


class _Same(dict[int, str]):
    """Characters folded one to one; what would become more or fewer letters stays as it is."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDED[code]
        self[code] = folded if len(folded) == 1 else chr(code)
        return self[code]


_FOLDED = _Folded()
_PLAIN = _Plain()
_SAME = _Same()
