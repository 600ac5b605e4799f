"""Words as FTS5 sees them: the pure tokenizer is held against a real table."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules import words
from store.rules.stems import stem

TOKENS = "porter unicode61 remove_diacritics 2"


@pytest.fixture(scope="module")
def engine() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.execute(f"CREATE VIRTUAL TABLE held USING fts5(text, content='', tokenize='{TOKENS}')")
    conn.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(held, instance)")
    conn.execute("CREATE VIRTUAL TABLE parts USING fts5(text, tokenize='trigram')")
    yield conn
    conn.close()


def _engine_words(conn: sqlite3.Connection, text: str) -> list[str]:
    conn.execute("INSERT INTO held(held) VALUES('delete-all')")
    conn.execute("INSERT INTO held(rowid, text) VALUES(1, ?)", (words.prepare(text),))
    return [row[0] for row in conn.execute("SELECT term FROM terms ORDER BY offset")]


ENDINGS = (
    "s es ies ed ing eed ational tional enci izer bli alli logi ization ator iveness biliti icate ful ness al"
    " ance ement ion ou ism ate ize e l ll y ly able"
)
ENGLISH = st.builds(
    lambda start, ends: start + "".join(ends),
    st.text("aeiouybcdlstzxw", max_size=5),
    st.lists(st.sampled_from(ENDINGS.split(" ")), max_size=2),
)
PIECES = ["refund", "refunds", "re", "Ünit", "unit", "输出", "a1", "-", "straße", "x.y"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(ENGLISH, st.text(max_size=12)), max_size=12).map(" ".join))
def test_words_are_the_words_of_the_engine(engine: sqlite3.Connection, text: str) -> None:
    assert words.stems(text) == _engine_words(engine, text)


def test_every_character_agrees_with_the_engine(engine: sqlite3.Connection) -> None:
    letters = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]
    held = sorted(set(words.fold(" ".join(letters))) - {" "})
    # Ideographs and syllables are tens of thousands of the same; some of them will do.
    held = [c for n, c in enumerate(held) if c < "\u3400" or n % 37 == 0]
    engine.execute("INSERT INTO held(held) VALUES('delete-all')")
    engine.executemany("INSERT INTO held(rowid, text) VALUES(?, ?)", ((ord(c), f"q{c}q {c}") for c in held))
    found: dict[int, list[str]] = {}
    for term, row in engine.execute("SELECT term, doc FROM terms ORDER BY doc, offset"):
        found.setdefault(row, []).append(term)
    # One letter for which the engine has another idea would be a word that cannot be found.
    assert [c for c in held if found.get(ord(c)) != [f"q{c}q", c]] == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20), st.text(max_size=6), st.text(max_size=20))
def test_parts_are_the_parts_of_the_engine(
    engine: sqlite3.Connection, before: str, part: str, after: str
) -> None:
    held, asked = words.plain(before + part + after), words.plain(part).strip().replace('"', " ")
    engine.execute("DELETE FROM parts")
    engine.execute("INSERT INTO parts(rowid, text) VALUES(1, ?)", (held,))
    if len(asked) >= 3:
        found = engine.execute("SELECT count(*) FROM parts WHERE parts MATCH ?", (f'"{asked}"',)).fetchone()[
            0
        ]
        assert bool(found) == (asked in held)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8),
    st.lists(st.sampled_from(["refund", "ref", "unit", "输", "a", "strasse", "x"]), min_size=1, max_size=3),
    st.booleans(),
)  # fmt: skip
def test_phrases_are_the_phrases_of_the_engine(
    engine: sqlite3.Connection, text: list[str], phrase: list[str], open_end: bool
) -> None:
    engine.execute("INSERT INTO held(held) VALUES('delete-all')")
    engine.execute("INSERT INTO held(rowid, text) VALUES(1, ?)", (words.prepare(" ".join(text)),))
    asked = f'"{words.prepare(" ".join(phrase))}"' + ("*" if open_end else "")
    found = engine.execute("SELECT count(*) FROM held WHERE held MATCH ?", (asked,)).fetchone()[0]
    held, wanted = words.stems(" ".join(text)), words.stems(" ".join(phrase))
    assert words.contains(words.line(held), wanted, open_end=open_end) == bool(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Müller MULLER müller", ["muller"] * 3),
        ("problème", ["probleme"]),
        ("größer", ["grosser"]),
        ("ﬁnal ½ ①", ["final", "1", "2", "1"]),
        ("й ё ї", ["й", "е", "ї"]),
        ("導出 エクスポート", ["導", "出", *"エクスポート"]),
        ("환불을", ["환", "불", "을"]),
        ("ｅｘｐｏｒｔ１", ["export1"]),
        ("co\u00adoperate zero\u200bwidth", ["cooperate", "zero", "width"]),
        ("my_value 21:33:vf:cc c++ a@b.c", ["my", "value", "21", "33", "vf", "cc", "c", "a", "b", "c"]),
        ("\ud800 \0 \x1b", []),
    ],
)
def test_folding(text: str, found: list[str]) -> None:
    assert words.words(text) == found


def test_parts_keep_signs_and_lose_marks() -> None:
    assert words.plain("น้ำ") == "นำ"
    assert words.plain("Größe: A-1 “Ü”!") == "grosse: a-1 “u”!"
    assert words.plain("A\0b\u200d") == "a b"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("agreed", "agre"), ("hopping", "hop"),
        ("hoping", "hope"), ("filing", "file"), ("happy", "happi"), ("relational", "relat"),
        ("sensibly", "sensibl"), ("archaeology", "archaeolog"), ("electrical", "electr"),
        ("adjustment", "adjust"), ("controll", "control"),
        ("eed", "e"), ("ies", "ie"), ("as", "as"), ("x" * 62 + "ing", "x" * 62 + "ing"), ("boжe", "boж"),
    ],
)  # fmt: skip
def test_stems_of_the_paper(word: str, found: str) -> None:
    assert stem(word) == found


@given(
    st.lists(
        st.sampled_from(["refunds", "Müller", "straße", "输出", "x,", "hoping", "…", "é"]),
        min_size=1,
        max_size=9,
    )
)
def test_spots_are_where_the_words_stand(pieces: list[str]) -> None:
    text = unicodedata.normalize("NFC", " ".join(pieces))
    phrases = [
        (["refund"], False),
        (["mull"], True),
        (["hope"], False),
        (["输", "出"], False),
        (["strass"], False),
    ]
    places = words.spots(text, phrases)
    assert words.first_spot(text, phrases) == (places[0][0] if places else None)
    marked = [text[start:end] for start, end in places]
    assert marked == [piece for piece in pieces if piece in ("refunds", "Müller", "straße", "输出", "hoping")]
