"""Packs of docs that ship with the program: which there are, what is in each, and taking one in.

A doc the desk has already is never overwritten. Rules of a later month come switched off, and so does what
would answer letters by itself, or promise what most desks do not have.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from deskterm import doc_names, doc_texts, tiers
from deskterm.acts import Act
from deskterm.counting import many
from deskterm.desk import Desk, Done
from store.errors import NotFound, Refused
from store.log.entry import Change, put
from store.log.tx import Beside, Tx
from store.model import Doc
from store.reads import docs

HOME = Path(__file__).parent / "packs"


class Pack(Struct, frozen=True):
    name: str
    words: str
    docs: tuple[Doc, ...]


def every() -> list[Pack]:
    """All packs, by name."""
    return [named(folder.parent.name) for folder in sorted(HOME.glob("*/pack.toml"))]


def named(name: str) -> Pack:
    """The pack of this name. Raises NotFound naming what there is."""
    about = HOME / name / "pack.toml"
    if name != Path(name).name or not about.is_file():
        names = ", ".join(sorted(folder.parent.name for folder in HOME.glob("*/pack.toml")))
        raise NotFound(f"There is no pack called {name!r}. There are: {names}.")
    told = tomllib.loads(about.read_text(encoding="utf-8"))
    off: set[str] = {*told.get("off", ()), *(() if told["rules_on"] else ("rule",))}
    found = [
        Doc(
            "", kind, place.stem, place.read_text(encoding="utf-8"), active=off.isdisjoint((kind, place.stem))
        )
        for kind, ending in doc_texts.KINDS.items()
        for place in sorted((HOME / name / kind).glob(f"*{ending}"))
    ]
    return Pack(name, told["words"], tuple(found))


def fresh(desk: Desk, pack: Pack) -> list[Doc]:
    """The docs of a pack that the desk does not have yet."""
    return [doc for doc in pack.docs if docs.named(desk.conn, doc.kind, doc.name) is None]


def check(desk: Desk, news: Sequence[Doc]) -> None:
    """Raises Refused or DocError when the desk cannot take these docs in."""
    doc_names.check(desk.conn, news)
    for doc in news:
        tiers.check(desk.conn, doc)


def take_in(desk: Desk, pack: Pack) -> Done:
    """Put a pack's docs on the desk, those it has aside. One act, one undo. Raises Refused."""
    news = fresh(desk, pack)
    check(desk, news)
    if not news:
        return Done(f"The desk has everything of {pack.name} already.")

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        return "edit", rows(tx, news), ()

    return desk.commit(make, words=f"Took in {many(len(news), 'doc')} of {pack.name}")


def rows(tx: Tx, news: Sequence[Doc]) -> list[Change]:
    """The changes that put docs on the desk."""
    found: list[Change] = []
    for n, one in enumerate(news):
        row = {"kind": one.kind, "name": one.name, "body": one.body, "pos": one.name}
        found.append(put(tx.new_id("d", n), row | {"active": int(one.active)}))
    return found


def remove(desk: Desk, doc: Doc) -> Done:
    """Take a doc off the desk. Raises Refused where another one names it."""
    if users := doc_names.users(desk.conn, doc):
        raise Refused(f"The {doc.kind} {doc.name} is named by {', '.join(users[:5])}; change that first.")
    return desk.do(Act("edit", f"Removed {doc.kind} {doc.name}", (Change(doc.id, "_deleted", 1),)))


def switch(desk: Desk, doc: Doc, *, on: bool) -> Done:
    """Switch a doc on or off. Raises Refused where its time has not come, DocError where it names nothing."""
    if on:
        doc_names.check(desk.conn, [doc])
        tiers.check(desk.conn, replace(doc, active=True))
    words = f"The {doc.kind} {doc.name} is {'on' if on else 'off'}"
    return desk.do(Act("edit", words, (Change(doc.id, "active", int(on)),)))
