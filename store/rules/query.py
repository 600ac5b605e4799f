"""The query language: text to a frozen tree, and the tree back to text.

`status:open,waiting -tag:vip (refund OR "money back") sla:<1h`. Pure; the tree is turned into SQL by
store.reads.sql and asked of one ticket by store.rules.match. Reading takes time in proportion to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from store.errors import QueryError
from store.rules import fields, spans
from store.rules.fields import Value
from store.rules.words import plain, words

MAX_LENGTH = 4_000
MAX_TERMS = 200
MAX_DEPTH = 30
MAX_VALUE = 200
"""Characters of a text, words and values in it, brackets in brackets, characters of one value."""

SHORTEST_PART = 3
"""Characters a part needs, since the index of parts is made of threes."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*):")
_BARE = re.compile(r'[^\s"():*#-][^\s"():*]*')
_BARE_VALUE = re.compile(r'[^\s"(),]+')
_DIGITS = re.compile(r"#([0-9]{1,15})(?=[\s)]|$)")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Text(Struct, frozen=True):
    """Words to be found next to each other, anywhere in the ticket's letters."""

    text: str
    open: bool = False
    """The last word may go on, and parts of ids, addresses and numbers count too."""

    @property
    def part(self) -> str:
        """What to find inside subjects, ids, addresses and numbers; empty when they are not asked."""
        part = plain(self.text).strip()
        return part if self.open and len(part) >= SHORTEST_PART else ""

    @property
    def number(self) -> int | None:
        """The ticket number this could be."""
        digits = self.text if self.text.isascii() and self.text.isdigit() else ""
        return int(digits) if 0 < len(digits) <= 15 else None

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.text) and self.text not in _OPERATORS
        code = is_code(self.text)
        if bare and (self.open or not code):
            return self.text if self.open == code else self.text + "*"
        return f'"{self.text}"' + ("*" if self.open else "")


class Term(Struct, frozen=True):
    """A field and the values that will do, of which one is enough."""

    field: str
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.field}:{','.join(_value_text(value) for value in self.values)}"


class Not(Struct, frozen=True):
    item: Node

    def __str__(self) -> str:
        return "-" + _inner(self.item, (And, Or))


class And(Struct, frozen=True):
    items: tuple[Node, ...] = ()
    """With none of them it is the query that everything answers."""

    def __str__(self) -> str:
        return " ".join(_inner(item, (And, Or)) for item in self.items)


class Or(Struct, frozen=True):
    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_inner(item, (Or,)) for item in self.items)


Node = Text | Term | Not | And | Or

EVERYTHING = And()


def parse(text: str) -> Node:
    """The tree of a query. Raises QueryError for a field or value that does not exist, and beyond the caps.

    Anything else is text to be looked for; a bracket or quote that is never closed ends with the text.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH:,} characters; shorten it.", MAX_LENGTH)
    return _Reader(text, problems=None).whole()


def lenient(text: str) -> tuple[Node, tuple[QueryError, ...]]:
    """Like `parse`, but of a bad term the sentence is handed back beside the tree.

    A field there is not is looked for as text; one with a value it does not take is left out, so that the
    good part finds something, and is text too where there is no good part.
    """
    problems: list[QueryError] = []
    if len(text) > MAX_LENGTH:
        problems.append(QueryError(f"Only the first {MAX_LENGTH:,} characters were read.", MAX_LENGTH))
    tree = _Reader(text[:MAX_LENGTH], problems=problems).whole()
    if tree == EVERYTHING and problems:
        tree = _Reader(text[:MAX_LENGTH], problems=[], as_text=True).whole()
    return tree, tuple(problems)


def all_of(items: Iterable[Node]) -> Node:
    """Their conjunction in canonical form: flat, and no wrapper around one."""
    flat = tuple(part for item in items for part in (item.items if isinstance(item, And) else (item,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(items: Iterable[Node]) -> Node:
    """The disjunction of at least one, in canonical form."""
    flat = tuple(part for item in items for part in (item.items if isinstance(item, Or) else (item,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def not_(item: Node) -> Node:
    return item.item if isinstance(item, Not) else Not(item)


def leaves(tree: Node) -> Iterator[Text | Term]:
    """Every word and field of a tree."""
    match tree:
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Not(item):
            yield from leaves(item)
        case _:
            yield tree


def visible(tree: Node) -> Node:
    """The same, without bin and spam unless the query names them, or a ticket by its number or id."""
    terms = [leaf for leaf in leaves(tree) if isinstance(leaf, Term)]
    if any(term.field in ("bucket", "number", "id") for term in terms):
        return tree
    said = {value for term in terms if term.field in ("is", "status") for value in term.values}
    hidden = tuple(name for name in ("spam", "bin") if name not in said)
    return all_of((tree, Not(Term("bucket", hidden)))) if hidden else tree


def is_code(text: str) -> bool:
    """Whether a bare word looks like part of an id, an address or a number rather than a word."""
    if "'" in text or "’" in text:
        return False
    return len(words(text)) > 1 or (len(text) >= 3 and any(letter.isdigit() for letter in text))


def _inner(item: Node, wrap: tuple[type, ...]) -> str:
    return f"({item})" if isinstance(item, wrap) else str(item)


def _value_text(value: Value) -> str:
    text = str(value)
    return text if not isinstance(value, str) or _BARE_VALUE.fullmatch(text) else f'"{text}"'


class _Reader:
    """One pass over the text. `problems` collects bad terms, or is None when they raise.

    `as_text`: a known field with a bad value is text as well.
    """

    def __init__(self, text: str, *, problems: list[QueryError] | None, as_text: bool = False) -> None:
        self.text = text.encode("utf-8", "replace").decode().replace("\0", " ")
        self.at = 0
        self.depth = 0
        self.terms = 0
        self.problems = problems
        self.as_text = as_text

    def whole(self) -> Node:
        return self.either() or EVERYTHING

    def either(self) -> Node | None:
        """Alternatives up to a closing bracket or the end; None when nothing is there to look for."""
        groups: list[list[Node]] = [[]]
        while self.more():
            if groups[-1] and self.word_is("OR"):
                groups.append([])
            elif not (groups[-1] and self.word_is("AND")):
                item = self.unary()
                groups[-1] += [item] if item is not None else []
        found = [all_of(group) for group in groups if group]
        return any_of(found) if found else None

    def more(self) -> bool:
        """Skip blanks; whether something follows in this bracket."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        if self.at < len(self.text) and self.text[self.at] == ")" and self.depth:
            return False
        return self.at < len(self.text)

    def word_is(self, word: str) -> bool:
        end = self.at + len(word)
        if self.text.startswith(word, self.at) and (end == len(self.text) or self.text[end] in " \t\n()"):
            self.at = end
            return True
        return False

    def unary(self) -> Node | None:
        negated = False
        while self.more():
            if self.text[self.at] == "-":
                self.at += 1
            elif not self.word_is("NOT"):
                break
            negated = not negated
        item = self.single() if self.more() else None
        return not_(item) if negated and item is not None else item

    def single(self) -> Node | None:
        if self.text[self.at] == "(":
            return self.bracket()
        self.terms += 1
        if self.terms > MAX_TERMS:
            self.stop(f"The query has more than {MAX_TERMS} words; shorten it.")
            return None
        if self.text[self.at] == '"':
            phrase = self.quoted()
            return _text(phrase, open_end=self.star())
        start = self.at
        return self.number() or self.term() or (self.bare() if self.at == start else None)

    def bracket(self) -> Node | None:
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.stop(f"Brackets stand more than {MAX_DEPTH} deep; simplify the query.")
        inner = self.either()
        self.depth -= 1
        self.at += 1 if self.at < len(self.text) else 0
        return inner

    def stop(self, sentence: str) -> None:
        """Beyond a cap: refuse, or read no further."""
        error = QueryError(sentence, self.at)
        if self.problems is None:
            raise error
        self.problems.append(error)
        self.at = len(self.text)

    def number(self) -> Node | None:
        match = _DIGITS.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return Term("number", (spans.Amount("", int(match[1])),))

    def term(self) -> Node | None:
        """A field with its values; None, with nothing read, when this is text after all.

        Where mistakes are collected, a field with a value that it does not take is read and left out.
        """
        match = _FIELD.match(self.text, self.at)
        if match is None or _is_text_after_all(match[1], self.text[match.end() : match.end() + 2]):
            return None
        start = self.at
        try:
            return self.known_term(match)
        except QueryError as error:
            if self.problems is None:
                raise
            self.problems.append(error)
            self.at = start
            if not self.as_text and fields.find(match[1]) is not None:
                self.run(stop="")
            return None

    def known_term(self, match: re.Match[str]) -> Node:
        field = fields.find(match[1])
        if field is None:
            raise fields.unknown(match[1], column=self.at)
        self.at = match.end()
        values = [self.value(field)]
        while self.at < len(self.text) and self.text[self.at] == ",":
            self.at += 1
            values.append(self.value(field))
        self.terms += len(values) - 1
        if self.terms > MAX_TERMS:
            raise QueryError(f"The query has more than {MAX_TERMS} values; shorten it.", self.at)
        return Term(field.name, tuple(dict.fromkeys(values)))

    def value(self, field: fields.Field) -> Value:
        start = self.at
        quoted = self.text.startswith('"', start)
        text = self.quoted() if quoted else self.run(stop=",")
        if len(text) > MAX_VALUE:
            raise QueryError(f"The value of {field.name}: is longer than {MAX_VALUE} characters.", start)
        return fields.value_of(field, " ".join(text.split()), column=start)

    def bare(self) -> Node | None:
        text = self.run(stop="")
        return _text(text.rstrip("*"), open_end=text.endswith("*") or is_code(text))

    def run(self, *, stop: str) -> str:
        """Characters up to a blank, a stop, or a bracket that was opened before them."""
        start, inside = self.at, 0
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter.isspace() or letter in stop or (letter == ")" and self.depth and not inside):
                break
            inside += (letter == "(") - (letter == ")" and inside > 0)
            self.at += 1
        return self.text[start : self.at].replace('"', " ")

    def quoted(self) -> str:
        start = self.at + 1
        end = self.text.find('"', start)
        self.at = len(self.text) if end < 0 else end + 1
        return self.text[start : len(self.text) if end < 0 else end]

    def star(self) -> bool:
        if self.text.startswith("*", self.at):
            self.at += 1
            return True
        return False


def _is_text_after_all(name: str, follows: str) -> bool:
    """`http://x`, `C:\\x`, `std::x` and `Re: x` are text; so is an unknown name with nothing behind it."""
    if follows[:1] in ("/", "\\", ":"):
        return fields.find(name) is None
    return fields.find(name) is None and (not follows or follows[0].isspace())


def _text(text: str, *, open_end: bool) -> Text | None:
    """Text to look for; None when it is punctuation only, which no index holds."""
    text = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())
    if words(text):
        return Text(text, open_end)
    symbols = any(ord(letter) > 127 and unicodedata.category(letter)[0] == "S" for letter in text)
    return Text(text) if symbols else None
