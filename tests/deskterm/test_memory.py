"""Letters of an archive are placed from memory and written together: every table as if each came alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import receive
from deskterm.knowledge import Knowledge
from store.log.entry import put
from store.log.tx import Tx
from tests.rigs.mail import DAY, USER, box, letter, opened, take
from tests.rigs.mail import settings as mail_settings

NOW = 1_795_000_000
PEOPLE = ("Ann <ann@acme.example>", "bo@acme.example", "Cy <cy@other.example>", USER)
SUBJECTS = ("Export fails", "Re: Export fails", "Fwd: Export fails [#2]", "")
ANSWERS = ("Thanks!", "Text of it\n\nOn 3 May 2021 at 10:05, Ann <ann@acme.example> wrote:\n> more", "2 + 2?")


def archive(seed: int) -> list[bytes]:
    """Letters that cite each other, themselves and strangers; some twice, some under one id, some reports."""
    chance = random.Random(seed)
    made: list[bytes] = []
    for n in range(chance.randrange(3, 16)):
        cited = " ".join(f"<{chance.randrange(12)}@x.example>" for _ in range(chance.randrange(3)))
        extra = [f"References: {cited}"] if cited else []
        extra += chance.choice(
            ([], [], ["Cc: dee@acme.example"], ["Auto-Submitted: auto-replied"], ["Return-Path: <>"])
        )
        raw = letter(
            n, subject=chance.choice(SUBJECTS), sender=chance.choice(PEOPLE), to=chance.choice(PEOPLE),
            msgid=f"{chance.randrange(12)}@x.example", when=NOW - chance.randrange(1, 40) * DAY,
            extra="\r\n".join(extra), text=chance.choice(ANSWERS),
        )  # fmt: skip
        made += [raw, raw] if chance.random() < 0.1 else [raw]
    return made


def tables(home: Path, raws: list[bytes], *, at: int) -> dict[str, list[str]]:
    """Every table but those of the engine's own, after two batches."""
    with opened(home, mail_settings(box())) as desk:
        desk.store.secret, desk.store.clock = b"the same secret", lambda: NOW * 1000
        desk.clock = lambda: float(NOW)
        with desk.store.write() as tx:
            tx.commit([put("o1", {"name": "Acme", "domain": "acme.example"})], actor="ana", kind="import")
        for some in (raws[:at], raws[at:]):
            if some:
                take(desk, *some, archived=NOW)
        names = desk.conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words%'"
            " AND name NOT LIKE 'names_%' AND name NOT IN ('meta', 'doc', '_sqlite_migrations', 'consumer')"
        ).fetchall()
        # A count that came and went leaves a row that counts nothing.
        found = {
            name: f"SELECT * FROM {name}{' WHERE n <> 0' if name == 'tally' else ''}" for (name,) in names
        }
        return {name: sorted(map(repr, desk.conn.execute(query))) for name, query in found.items()}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), at=st.integers(0, 8))
def test_what_is_remembered_is_what_the_file_says(
    tmp_path_factory: pytest.TempPathFactory, seed: int, at: int
) -> None:
    both(tmp_path_factory.mktemp("archives"), archive(seed), at=at)


def both(root: Path, raws: list[bytes], *, at: int) -> dict[str, list[str]]:
    """The tables, the same from memory as asked of the file letter by letter."""
    remembered = tables(root / "memory", raws, at=at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receive, "Memory", lambda tx, _: Knowledge(tx))
        patch.setattr(Tx, "_may_wait", lambda *_: False)
        asked = tables(root / "file", raws, at=at)
    assert remembered == asked
    assert len(asked["message"]) > 1
    return asked


@pytest.mark.parametrize("at", [0, 1, 4])
@pytest.mark.parametrize("late", [False, True], ids=["answered", "answered before it came"])
def test_a_claim_is_proved_by_whoever_joins_in_the_batch(tmp_path: Path, at: int, late: bool) -> None:
    def of(n: int, who: str, cited: str = "", also: str = "") -> bytes:
        extra = [f"References: <{cited}>"] * bool(cited) + [f"Cc: {also}"] * bool(also)
        when = NOW - (9 - n) * DAY
        return letter(n, sender=who, msgid=f"{n}@x.example", when=when, extra="\r\n".join(extra))

    first, claims = of(1, "Ann <ann@acme.example>"), of(2, "Cy <cy@other.example>", "1@x.example")
    proof = of(3, "Ann <ann@acme.example>", "1@x.example", also="cy@other.example")
    # An earlier thread of hers: what the desk knows of her is known, so that nobody asks the file in between.
    earlier = [of(4, "Ann <ann@acme.example>"), of(5, "Ann <ann@acme.example>", "4@x.example")]
    raws = [claims, *earlier, first, proof] if late else [first, *earlier, claims, proof]
    found = both(tmp_path, raws, at=at)
    assert len(found["ticket"]) == 3
    assert any("'merged_into'" in change for change in found["change"])


@pytest.mark.parametrize("first", [1, 2], ids=["claimed is what stays", "claimed is what goes"])
def test_a_claim_is_proved_by_a_letter_that_a_merge_of_the_batch_moved(tmp_path: Path, first: int) -> None:
    def of(n: int, who: str, *cited: str, also: str = "") -> bytes:
        extra = [f"References: {' '.join(f'<{one}>' for one in cited)}"] * bool(cited)
        extra += [f"Cc: {also}"] * bool(also)
        return letter(
            n, sender=who, subject=f"About {n}", msgid=f"{n}@x.example", when=NOW - (20 - n) * DAY,
            extra="\r\n".join(extra),
        )  # fmt: skip

    ann, bo, cy = "Ann <ann@acme.example>", "Bo <bo@bo.example>", "Cy <cy@cy.example>"
    # Bo and Cy answer, each on a ticket of their own, what Ann is heard to have written only then.
    answers = [of(first, bo, "5@x.example"), of(3 - first, cy, "7@x.example", also="bo@bo.example")]
    earlier = [*answers, of(5, ann), of(7, ann, "5@x.example")]
    # Bo makes one ticket of both answers; then Ann lets Cy in. Her letter before tells what is asked of her.
    tie = of(9, bo, f"{first}@x.example", f"{3 - first}@x.example")
    batch = [of(8, ann, "7@x.example"), tie, of(10, ann, "7@x.example", also="cy@cy.example")]
    found = both(tmp_path, [*earlier, *batch], at=len(earlier))
    merges = [change for change in found["change"] if "'merged_into'" in change]
    assert len(merges) == 2


def test_what_a_customer_is_called_is_learned_once(tmp_path: Path) -> None:
    names = ("bo@acme.example", "Bo <bo@acme.example>", "Robert <bo@acme.example>")
    raws = [letter(n, sender=who, when=NOW - (9 - n) * DAY) for n, who in enumerate(names)]
    (customer,) = both(tmp_path, raws, at=1)["customer"]
    assert "'Bo'" in customer
