"""The small language of macros and templates: text with `{{ ticket.subject | default: "x" }}` in it.

Pure. Knows names, blanks to ask for and a handful of filters; has no loops, no calls and no way to reach
anything but the plain values handed in. Work is linear: sizes and counts are capped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct

from store.errors import Refused

LONGEST_VALUE = 10_000
"""Characters of one value that are used; a longer one is cut before any filter sees it."""
LONGEST_TEXT = 256_000
"""Characters a filled-in text may have."""
MOST_SLOTS = 200
MOST_FILTERS = 8

_NAME = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)*")
_ASK = re.compile(r"ask\s*:\s*([^|{}]{1,80})")
_STRING = re.compile(r'"([^"]*)"|\'([^\']*)\'')
_FILTER = re.compile(r"\s*\|\s*([a-z_]+)\s*(:)?")
_ARGUMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(-?\d{1,9}))\s*(,)?""")
_SPACES = re.compile(r"\s*")

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Filter(Struct, frozen=True):
    name: str
    arguments: tuple[str | int, ...] = ()


class Slot(Struct, frozen=True):
    """One `{{ ... }}`: a name to look up, a blank to ask for, or a fixed text."""

    at: int
    """Offset of its braces in the text."""
    source: str
    """As written, braces included."""
    name: str = ""
    ask: str = ""
    fixed: str | None = None
    filters: tuple[Filter, ...] = ()
    error: str = ""
    """What is wrong with it; such a slot is left as it stands and reported."""

    @property
    def label(self) -> str:
        """How it is called when it has no value."""
        return self.name or self.ask or self.source


Template = tuple[str | Slot, ...]


class Filled(Struct, frozen=True):
    text: str
    missing: tuple[str, ...] = ()
    """Names without a value and without a default, and slots that make no sense."""
    unanswered: tuple[str, ...] = ()
    """Blanks nobody filled."""
    used_default: tuple[str, ...] = ()


def read(text: str) -> Template:
    """The text as pieces. Never fails: a slot that makes no sense carries its `error`."""
    pieces: list[str | Slot] = []
    at = slots = 0
    while (start := text.find("{{", at)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            pieces.append(text[at:start])
            pieces.append(Slot(start, text[start:], error='"{{" is never closed by "}}"'))
            return tuple(pieces)
        slots += 1
        pieces.append(text[at:start])
        pieces.append(_slot(text[start : end + 2], start, crowded=slots > MOST_SLOTS))
        at = end + 2
    pieces.append(text[at:])
    return tuple(piece for piece in pieces if piece != "")


def _slot(source: str, at: int, *, crowded: bool) -> Slot:
    inner = source[2:-2].strip()
    if crowded:
        return Slot(at, source, error=f"more than {MOST_SLOTS} placeholders in one text")
    if match := _STRING.match(inner):
        head = Slot(at, source, fixed=match[1] if match[1] is not None else match[2])
    elif match := _ASK.match(inner):
        head = Slot(at, source, ask=" ".join(match[1].split()))
        if not head.ask:
            return Slot(at, source, error="a blank needs a label, as in {{ ask: amount }}")
    elif match := _NAME.match(inner):
        head = Slot(at, source, name=match[0])
    else:
        return Slot(at, source, error=f"{_short(source)} is no placeholder; write {{{{ ticket.subject }}}}")
    filters, error = _filters(inner, match.end())
    if error:
        return Slot(at, source, error=error)
    return Slot(at, source, head.name, head.ask, head.fixed, filters)


def _filters(inner: str, at: int) -> tuple[tuple[Filter, ...], str]:
    filters: list[Filter] = []
    while match := _FILTER.match(inner, at):
        at = match.end()
        arguments: list[str | int] = []
        more = match[2] is not None
        while more:
            argument = _ARGUMENT.match(inner, at)
            if argument is None:
                return (), f'after "{match[1]}:" a quoted text or a number is missing'
            text = argument[1] if argument[1] is not None else argument[2]
            arguments.append(int(argument[3]) if text is None else text)
            at, more = argument.end(), argument[4] is not None
        filters.append(Filter(match[1], tuple(arguments)))
    if _SPACES.fullmatch(inner, at) is None:
        return (), f"{_short(inner[at:].strip())} makes no sense here; filters follow a |"
    if len(filters) > MOST_FILTERS:
        return (), f"more than {MOST_FILTERS} filters on one placeholder"
    return tuple(filters), next((wrong for one in filters if (wrong := _misused(one))), "")


def _misused(used: Filter) -> str:
    allowed = FILTERS.get(used.name)
    if allowed is None:
        return f'there is no filter "{used.name}"; there are {", ".join(FILTERS)}'
    kinds = allowed.takes
    fits = len(used.arguments) <= len(kinds) and len(used.arguments) >= allowed.least
    if fits and all(isinstance(value, kind) for value, kind in zip(used.arguments, kinds, strict=False)):
        return ""
    return f'"{used.name}" is used as {allowed.usage}'


def fill(
    template: Template,
    values: Mapping[str, object],
    *,
    answers: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
) -> Filled:
    """The text with its slots filled, once: a value that looks like a slot stays as it is.

    `values` are plain values in nested mappings, `answers` the filled blanks by label; moments are Unix
    seconds, shown in `zone`. Raises Refused when the text would be longer than `LONGEST_TEXT`.
    """
    out: list[str] = []
    length = 0
    missing: dict[str, None] = {}
    unanswered: dict[str, None] = {}
    defaulted: dict[str, None] = {}
    for piece in template:
        if isinstance(piece, Slot):
            text, fell_back = _value(piece, values, answers or {}, zone)
            if fell_back:
                defaulted[piece.label] = None
            elif piece.error or (not text and piece.fixed is None):
                (unanswered if piece.ask else missing)[piece.label] = None
        else:
            text = piece
        length += len(text)
        if length > LONGEST_TEXT:
            raise Refused(
                f"The text grows over {LONGEST_TEXT:,} characters with these values, so nothing was done; "
                "use fewer or shorter placeholders."
            )
        out.append(text)
    return Filled("".join(out), tuple(missing), tuple(unanswered), tuple(defaulted))


def _value(
    slot: Slot, values: Mapping[str, object], answers: Mapping[str, str], zone: tzinfo
) -> tuple[str, bool]:
    """The slot's text, and whether a default had to stand in."""
    if slot.error:
        return slot.source, False
    found: object = answers.get(slot.ask) if slot.ask else slot.fixed
    if slot.name:
        found = look_up(values, slot.name)
    text, fell_back = _plain(found), False
    for used in slot.filters:
        if used.name == "default":
            if not text.strip():
                text, fell_back = str(used.arguments[0]), True
        elif used.name == "date":
            text = _date(found, used, zone)
        elif text:
            text = FILTERS[used.name].apply(text, used.arguments)
    return text, fell_back


def look_up(values: Mapping[str, object], name: str) -> object:
    """The value of a dotted name, or None; each dot goes one mapping deeper."""
    found: object = values
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)  # type: ignore[reportUnknownMemberType]
    return found  # type: ignore[reportUnknownVariableType]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 63 else ""
    if isinstance(value, float):
        return repr(value)
    return value[:LONGEST_VALUE] if isinstance(value, str) else ""


def _date(value: object, used: Filter, zone: tzinfo) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return ""
    try:
        moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)).astimezone(zone)
    except (OverflowError, ValueError):
        return ""
    form = str(used.arguments[0]) if used.arguments else "%-d %B %Y"
    return _DIRECTIVE.sub(lambda match: _part(moment, match[1]), form)


_DIRECTIVE = re.compile(r"%(-d|[YymdeBbAaHM%])")


def _part(moment: datetime, directive: str) -> str:
    """One date directive in English, whatever language this machine speaks."""
    if directive in "Bb":
        name = MONTHS[moment.month - 1]
        return name if directive == "B" else name[:3]
    if directive in "Aa":
        name = WEEKDAYS[moment.weekday()]
        return name if directive == "A" else name[:3]
    numbers = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "d": f"{moment.day:02}",
        "e": f"{moment.day:2}",
        "-d": str(moment.day),
        "H": f"{moment.hour:02}",
        "M": f"{moment.minute:02}",
        "%": "%",
    }
    return numbers[directive]


def _truncate(text: str, arguments: tuple[str | int, ...]) -> str:
    room = arguments[0] if arguments else 50
    tail = str(arguments[1]) if len(arguments) > 1 else "…"
    if not isinstance(room, int) or len(text) <= room:
        return text
    return text[: max(0, room - len(tail))] + tail


def _short(text: str) -> str:
    return f'"{text[:40]}…"' if len(text) > 41 else f'"{text}"'


class Allowed(Struct, frozen=True):
    """A filter the language has: its argument kinds, how many it needs, and how it is written."""

    usage: str
    takes: tuple[type, ...] = ()
    least: int = 0
    apply: Callable[[str, tuple[str | int, ...]], str] = lambda text, arguments: text


FILTERS: Mapping[str, Allowed] = {
    "default": Allowed('default: "there"', (str,), 1),
    "upcase": Allowed("upcase", apply=lambda text, arguments: text.upper()),
    "downcase": Allowed("downcase", apply=lambda text, arguments: text.lower()),
    "capitalize": Allowed("capitalize", apply=lambda text, arguments: text[:1].upper() + text[1:]),
    "truncate": Allowed('truncate: 30 or truncate: 30, "..."', (int, str), 0, _truncate),
    "date": Allowed('date or date: "%d %B %Y"', (str,)),
}
