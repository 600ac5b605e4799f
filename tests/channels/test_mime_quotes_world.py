"""Quotes and signatures of many languages and programs: what a person newly wrote is all that stays open."""

from __future__ import annotations

import pytest

from channels.mime import html
from channels.mime.quotes import folds
from channels.mime.telephone import telephone
from tests.channels import html_of_programs, world_of_quotes, world_of_signatures

OWN = "Own words here."
LETTER = (
    "Anna Berg <anna@example.org>",
    "Monday, March 2, 2026 10:15 AM",
    "Help <h@example.com>",
    "q",
    "",
    "",
)


def lines(of: str) -> list[str]:
    return [line for line in of.split("\n") if line]


def own(text: str) -> str:
    """What is left when everything foldable is folded."""
    folded = {n for fold in folds(text) for n in range(fold.first, fold.last + 1)}
    return "\n".join(line for n, line in enumerate(text.split("\n")) if n not in folded).strip()


@pytest.mark.parametrize("head", lines(world_of_quotes.HEADS))
def test_a_head_folds_with_its_quote_marked_or_not(head: str) -> None:
    assert own(f"{OWN}\n\n{head}\n> first\n> second\n") == OWN
    assert own(f"{OWN}\n\n{head}\n\n> first\n") == OWN
    assert own(f"{OWN}\n\n{head}\nfirst\nsecond\n") == OWN


@pytest.mark.parametrize("head", lines(world_of_quotes.MARKED_ONLY))
def test_a_short_head_folds_above_marked_lines_only(head: str) -> None:
    assert own(f"{OWN}\n\n{head}\n> first\n") == OWN
    assert head in own(f"{OWN}\n\n{head}\nfirst\n")


@pytest.mark.parametrize("head", world_of_quotes.WRAPPED)
def test_a_head_broken_over_lines_folds_whole(head: str) -> None:
    for quote in ("\n> first", "\n\n> first", "\nfirst\nsecond", "\n\nfirst"):
        assert own(f"{OWN}\n\n{head}{quote}\n") == OWN


@pytest.mark.parametrize("labels", lines(world_of_quotes.LABELS))
def test_labels_of_many_languages_begin_a_letter_quoted_whole(labels: str) -> None:
    for style in ("%s: ", "*%s:* ", "%s : ", "**%s:** ", "%s：", "%s:\t"):
        block = "\n".join(
            (style % label) + said for label, said in zip(labels.split("|"), LETTER, strict=False)
        )
        for above in ("", f"{'_' * 32}\n", "-----\n"):
            assert own(f"{OWN}\n\n{above}{block}\n\nfirst\nsecond\n") == OWN


@pytest.mark.parametrize("mark", lines(world_of_quotes.MARKS))
def test_marks_begin_a_letter_quoted_whole(mark: str) -> None:
    assert own(f"{OWN}\n\n{mark}\nfirst\nsecond\n") == OWN


@pytest.mark.parametrize(
    "mark", ["##- Please type your reply above this line -##", "--- Reply above this line ---"]
)
def test_all_below_the_line_of_another_help_desk_is_theirs(mark: str) -> None:
    assert own(f"{OWN}\n\n{mark}\n\nfirst\nsecond\n") == OWN


@pytest.mark.parametrize("said", lines(world_of_signatures.SIGNATURES))
def test_telephones_sign_in_many_languages(said: str) -> None:
    assert telephone(said)
    assert own(f"{OWN}\n\n{said}\n") == OWN
    assert own(f"{OWN}\n\n{said}\n\nOn 2 Mar 2026 at 10:15 Anna <a@b.example> wrote:\n> first\n") == OWN


@pytest.mark.parametrize("said", [*lines(world_of_signatures.SENTENCES), *world_of_quotes.OWN_WORDS])
def test_what_people_write_stays(said: str) -> None:
    assert folds(f"Hello,\n\n{said}\n\nThanks, Anna\n") == ()


@pytest.mark.parametrize("program", html_of_programs.ANSWERS)
def test_answers_in_html_fold_whatever_program_wrote_them(program: str) -> None:
    assert own(html.to_text(html_of_programs.ANSWERS[program])[0]) == OWN


@pytest.mark.parametrize(
    ("title", "subject", "first"),
    [
        ("Birthday wishes", "For you", "Birthday wishes"),
        ("For you", "Re: For you", "Hello."),
        ("hello.", "s", "Hello."),
        ("Untitled Document", "s", "Hello."),
        ("*|MC:SUBJECT|*", "s", "Hello."),
        ("New email template 1", "s", "Hello."),
        ("", "s", "Hello."),
    ],
)
def test_a_title_is_shown_where_it_is_news(title: str, subject: str, first: str) -> None:
    source = f"<html><head><title>{title}</title></head><body><p>Hello.</p></body></html>"
    assert html.to_text(source, subject=subject)[0].split("\n")[0] == first
    assert html.to_text(source)[0] == "Hello.\n"
