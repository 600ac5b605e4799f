"""Verbs for docs, the small texts that steer the desk: edit in $EDITOR, export and import as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import click
from msgspec.structs import replace

from deskterm import doc_names, doc_texts, pack, tiers
from deskterm.cli import names, say
from deskterm.cli.editor import Sheet
from deskterm.cli.home import opened
from deskterm.counting import many
from deskterm.desk import Desk
from store.errors import DocError, NotFound, Refused, StoreError
from store.log.entry import Change, put
from store.log.tx import Beside, Tx
from store.model import Doc
from store.reads import docs

SWITCHED = ("rule", "policy", "ack", "alert", "checklist", "recurring")
"""Kinds that act by themselves, so that each can be off."""

_UNFIT = re.compile(r'[\x00-\x1f/\\:*?"<>|%]|^\.|\.$')
"""What some system does not take in a file name."""


@click.command("edit")
@click.argument("kind", type=click.Choice(list(doc_texts.KINDS)))
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs())
def edit_verb(kind: str, name: tuple[str, ...]) -> None:
    """Open the KIND called NAME in $EDITOR. It is checked first; a new one begins with an example."""
    with opened(found=True) as desk:
        called = " ".join(name)
        known = docs.named(desk.conn, kind, called)
        before = known.body if known else doc_texts.example(kind, called)
        sheet = Sheet(
            before, name=_file(kind, called), command=desk.settings.editor_command(),
            otherwise="write it as a file and take it in with `deskterm docs import DIR`",
        )  # fmt: skip
        body = _checked(desk, sheet, kind, known.name if known else called)
        if known and body == known.body:
            sheet.done()
            say.told("Nothing was changed.")
            return
        say.told(_saved(desk, sheet, kind, known.name if known else called, body))


def _checked(desk: Desk, sheet: Sheet, kind: str, name: str) -> str:
    """The text once it has no mistake; the editor is opened again as long as the person wants."""
    while True:
        body = sheet.edited()
        try:
            doc_texts.check(kind, name, body)
            doc_names.check(desk.conn, [Doc("", kind, name, body)])
        except DocError as error:
            for line in shown(body, error):
                say.told(line)
            if say.ask("Open it again? [Y/n]").lower() in ("n", "no"):
                raise Refused(f"It was not kept on the desk; the text is in {sheet.path}.") from None
        else:
            return body


def _saved(desk: Desk, sheet: Sheet, kind: str, name: str, body: str) -> str:
    try:
        known = docs.named(desk.conn, kind, name)
        tiers.check(desk.conn, Doc("", kind, name, body, active=known.active if known else True))
        words = desk.save_doc(kind, name, body).words
    except StoreError as error:
        raise type(error)(f"{error} The text is in {sheet.path}.") from None
    sheet.done()
    return words


def shown(text: str, error: DocError) -> list[str]:
    """A mistake in its place: the line it is in, with a mark below the column."""
    lines = text.split("\n")
    line = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
    mark = " " * (error.column - 1) + "^"
    return [f"Line {error.line}, column {error.column}: {error}", f"  {line}".replace("\t", " "), f"  {mark}"]


@click.group("docs")
def docs_verb() -> None:
    """Macros, rules, queues, hours and policies as files."""


@docs_verb.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def export_docs(folder: Path) -> None:
    """Write every doc to DIR/KIND/NAME. Files of docs that are gone stay."""
    with opened() as desk:
        found = [doc for doc in docs.every(desk.conn) if doc.kind in doc_texts.KINDS]
        if not found:
            raise NotFound("This desk has no docs yet.")
        for doc in found:
            place = folder / doc.kind / _file(doc.kind, doc.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(doc.body, encoding="utf-8", newline="\n")
            say.line(str(place))


@docs_verb.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def import_docs(folder: Path, dry_run: bool) -> None:
    """Read docs from DIR/KIND/NAME, all or none. Docs without a file stay as they are."""
    with opened(found=True) as desk:
        found = [doc for kind in doc_texts.KINDS for doc in _read(folder, kind)]
        if not found:
            raise NotFound(f"There is no doc in {folder}; they lie in folders such as macro and queue.")
        known = [docs.named(desk.conn, doc.kind, doc.name) for doc in found]
        pairs = zip(found, known, strict=True)
        news = [(doc, old) for doc, old in pairs if old is None or old.body != doc.body]
        doc_names.check(desk.conn, [doc for doc, _ in news])
        for doc, old in news:
            tiers.check(desk.conn, doc if old is None else replace(doc, active=old.active))
            say.line(f"{'changed' if old else 'new'} {doc.kind} {doc.name}")
        if dry_run or not news:
            same = f"{len(found) - len(news):,} are the same"
            say.told(f"{len(news):,} would change, {same}" if dry_run else "Nothing to change.")
            return

        def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
            return "edit", [_change(tx, n, doc) for n, (doc, _) in enumerate(news)], ()

        say.told(desk.commit(make, words=f"Took in {many(len(news), 'doc')}").words)


@docs_verb.command("list")
@click.argument("kind", type=click.Choice(list(doc_texts.KINDS)), required=False)
def list_docs(kind: str | None) -> None:
    """Every doc of the desk, or those of KIND: kind, name, and whether it is on."""
    with opened() as desk:
        found = docs.every(desk.conn) if kind is None else docs.of_kind(desk.conn, kind)
        found = [doc for doc in found if doc.kind in doc_texts.KINDS]
        if not found:
            raise NotFound(
                f"This desk has no {kind or 'doc'} yet; `deskterm docs packs` shows some to begin with."
            )
        say.rows(("on" if doc.active else "off", doc.kind, doc.name) for doc in found)


@docs_verb.command("show")
@click.argument("kind", type=click.Choice(list(doc_texts.KINDS)))
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs())
def show_doc(kind: str, name: tuple[str, ...]) -> None:
    """The text of the KIND called NAME."""
    with opened() as desk:
        say.line(desk.doc(kind, " ".join(name)).body.rstrip("\n"))


@docs_verb.command("remove")
@click.argument("kind", type=click.Choice(list(doc_texts.KINDS)))
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs())
def remove_doc(kind: str, name: tuple[str, ...]) -> None:
    """Take the KIND called NAME off the desk, unless another doc names it; undo brings it back."""
    with opened() as desk:
        say.told(pack.remove(desk, desk.doc(kind, " ".join(name))).words)


@docs_verb.command("on")
@click.argument("kind", type=click.Choice(SWITCHED))
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs())
def on_doc(kind: str, name: tuple[str, ...]) -> None:
    """Switch on what acts by itself, such as a rule or an acknowledgement; from now on."""
    switch(kind, " ".join(name), on=True)


@docs_verb.command("off")
@click.argument("kind", type=click.Choice(SWITCHED))
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs())
def off_doc(kind: str, name: tuple[str, ...]) -> None:
    """Switch off what acts by itself; it stays on the desk."""
    switch(kind, " ".join(name), on=False)


def switch(kind: str, name: str, *, on: bool) -> None:
    """Switch a doc on or off and say so; one that cannot be read is not switched on."""
    with opened(found=True) as desk:
        doc = desk.doc(kind, name)
        if on:
            doc_texts.check(kind, doc.name, doc.body)
        if doc.active is on:
            say.told(f"The {kind} {doc.name} is {'on' if on else 'off'} already.")
            return
        say.told(pack.switch(desk, doc, on=on).words)


@docs_verb.command("packs")
def packs_verb() -> None:
    """The packs of rules, policies and macros that ship with the program, and what is in each."""
    for one in pack.every():
        say.line(f"{one.name}: {one.words}.")
        for doc in one.docs:
            say.line(f"  {doc.kind} {doc.name}{'' if doc.active else ' (off)'}")


@docs_verb.command("add")
@click.argument("name", metavar="PACK")
@click.option("--dry-run", is_flag=True, help="Say what would come, and change nothing.")
def add_verb(name: str, dry_run: bool) -> None:
    """Take in the docs of PACK that the desk does not have yet; none is overwritten."""
    with opened(found=True) as desk:
        one = pack.named(name)
        news = pack.fresh(desk, one)
        pack.check(desk, news)
        for doc in news:
            say.line(f"new {doc.kind} {doc.name}{'' if doc.active else ' (off)'}")
        if not dry_run:
            say.told(pack.take_in(desk, one).words)


def _change(tx: Tx, n: int, doc: Doc) -> Change:
    old = docs.named(tx.conn, doc.kind, doc.name)
    if old is not None:
        return Change(old.id, "body", doc.body)
    return put(tx.new_id("d", n), {"kind": doc.kind, "name": doc.name, "body": doc.body, "pos": doc.name})


def _read(folder: Path, kind: str) -> list[Doc]:
    """The docs of one kind, each checked. Raises DocError naming the file."""
    found: list[Doc] = []
    places = sorted((folder / kind).glob(f"*{doc_texts.KINDS[kind]}"))
    for place in places:
        name = unquote(place.name.removesuffix(doc_texts.KINDS[kind]))
        try:
            body = place.read_text(encoding="utf-8")
            doc_texts.check(kind, name, body)
        except UnicodeDecodeError as error:
            raise DocError(f"{place} is not UTF-8 text ({error.reason}); nothing was taken in.") from None
        except DocError as error:
            sentence = f"{error} It is in {place}; nothing was taken in."
            raise DocError(sentence, error.line, error.column) from None
        found.append(Doc("", kind, name, body))
    return found


def _file(kind: str, name: str) -> str:
    safe = _UNFIT.sub(lambda match: f"%{ord(match[0]):02X}", name)
    return f"{safe}{doc_texts.KINDS[kind]}"
