"""Porter's stemmer, so that `refunds`, `refunded` and `refund` are one word.

M. F. Porter, "An algorithm for suffix stripping" (1980), with its author's two later departures
(`bli` and `logi`), as FTS5's `porter` has them; the stemmers on the package index leave those out.
Pure; knows nothing of what is searched.
"""

from __future__ import annotations

from functools import lru_cache

LONGEST = 64
"""Bytes above which FTS5 leaves a word as it is."""

_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip

_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip

_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one folded word. Words of fewer than 3 or more than 64 bytes stay as they are."""
    # FTS5 counts bytes; as latin-1 every byte is one character, and only ASCII letters are vowels.
    raw = word.encode("utf-8", "replace")
    if not 3 <= len(raw) <= LONGEST:
        return word
    found = raw.decode("latin-1")
    for step in (_plural, _past, _final_y, _double_suffix, _single_suffix, _bare_suffix, _final_e, _final_ll):
        found = step(found)
    return found.encode("latin-1").decode("utf-8", "replace")


def _plural(word: str) -> str:
    if _ends(word, "sses") or _ends(word, "ies"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if _ends(word, "eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        if word.endswith(suffix) and "v" in _shape(word[: -len(suffix)]):
            return _mend(word[: -len(suffix)])
    return word


def _mend(word: str) -> str:
    """What is left after `-ed` and `-ing` gets its `e` back, or loses a doubled letter."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if word[-2:-1] == word[-1:] and word[-1] not in "aeioulsz":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _short(word) else word


def _final_y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _double_suffix(word: str) -> str:
    return _swap(word, _STEP_2)


def _single_suffix(word: str) -> str:
    return _swap(word, _STEP_3)


def _swap(word: str, pairs: tuple[tuple[str, str], ...]) -> str:
    longest = max((pair for pair in pairs if _ends(word, pair[0])), key=_length, default=None)
    if longest is None or _measure(word[: -len(longest[0])]) == 0:
        return word
    return word[: -len(longest[0])] + longest[1]


def _length(pair: tuple[str, str]) -> int:
    return len(pair[0])


def _bare_suffix(word: str) -> str:
    longest = max((suffix for suffix in _STEP_4 if _ends(word, suffix)), key=len, default="")
    rest = word[: len(word) - len(longest)]
    if not longest or _measure(rest) < 2 or (longest == "ion" and not rest.endswith(("s", "t"))):
        return word
    return rest


def _final_e(word: str) -> str:
    if not word.endswith("e"):
        return word
    rest = word[:-1]
    size = _measure(rest)
    return rest if size > 1 or (size == 1 and not _short(rest)) else word


def _final_ll(word: str) -> str:
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


def _ends(word: str, suffix: str) -> bool:
    """Whether this suffix can go: something has to be left of the word."""
    return len(word) > len(suffix) and word.endswith(suffix)


def _shape(word: str) -> str:
    """One letter a letter: `v` for a vowel, `c` for a consonant; `y` is a vowel after a consonant."""
    shape = "c"
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape[-1] == "c" and len(shape) > 1)
        shape += "v" if vowel else "c"
    return shape[1:]


def _measure(word: str) -> int:
    """How many times a vowel is followed by a consonant: Porter's m."""
    return _shape(word).count("vc")


def _short(word: str) -> bool:
    """Porter's *o: ends consonant, vowel, consonant, the last of them not w, x or y."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"
