"""HTML to readable text: what is shown, what is not, and where links really go."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mime.html import left_open, strip_tags, to_text
from channels.mime.parse import parse


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
        ("One<br>Two", "One\nTwo\n"),
        ("<div>One</div><div>Two</div>", "One\nTwo\n"),
        ("a <b>bold</b>   word", "a bold word\n"),
        ("<ul><li>a<li>b</ul>", "- a\n- b\n"),
        ("<ol><li>a<li>b<ul><li>c</ul></ol>", "1. a\n2. b\n\n  - c\n"),
        ("<pre>  keep\n   this</pre>", "  keep\n   this\n"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n"),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>three", "> one\n>\n>> two\n\nthree\n"),
        ("<style>p{}</style><script>x()</script><title>t</title>shown", "shown\n"),
        ("a<span style='display: none'>hidden</span>b", "ab\n"),
        ("a<img src='https://t.example/p.png' width=1 height=1>b", "ab\n"),
        ("<img src='https://t.example/logo.png' alt='Logo'>", "[Logo]\n"),
        ("&lt;b&gt; &amp; &euro; &#x1F389;", "<b> & € 🎉\n"),
        ("a\u200bb\u00adc", "abc\n"),
        ("", ""),
    ],
)
def test_what_is_shown(source: str, text: str) -> None:
    assert to_text(source)[0] == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<a href='https://x.example/a'>here</a>", "here <https://x.example/a>\n"),
        (
            "Click <a href='https://x.example/a'>here</a> now",
            "Click here now\n  here <https://x.example/a>\n",
        ),
        ("<a href='https://x.example/a'>https://x.example/a</a>", "https://x.example/a\n"),
        ("<a href='https://x.example'>x.example</a>", "x.example\n"),
        ("<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example\n"),
        (
            "<a href='https://evil.example'>https://bank.example</a>",
            "https://bank.example <https://evil.example>\n",
        ),
        ("<a href='javascript:x()'>go</a>", "go <javascript:x()>\n"),
        ("<a href='#top'>up</a>", "up\n"),
    ],
)
def test_links_show_where_they_go(source: str, text: str) -> None:
    assert to_text(source)[0] == text


def test_pictures_of_the_letter_are_named() -> None:
    raw = (
        b"Subject: s\nFrom: a@b.example\nContent-Type: multipart/related; boundary=b\n\n"
        b"--b\nContent-Type: text/html\n\nLook: <img src='cid:i1'>\n"
        b"--b\nContent-Type: image/png; name=chart.png\nContent-ID: <i1>\n\nx\n--b--\n"
    )
    letter = parse(raw)
    assert letter.text == "Look: [image 1: chart.png]\n"
    assert letter.from_html
    assert (letter.parts[0].cid, letter.parts[0].inline) == ("i1", True)


def test_a_quote_in_html_folds() -> None:
    raw = (
        b"Subject: s\nFrom: a@b.example\nContent-Type: text/html\n\n<div>Yes.</div>"
        b"<div>On Mon, 3 May 2021, Anna &lt;a@x.example&gt; wrote:<br><blockquote>Old.</blockquote></div>\n"
    )
    assert parse(raw).own_text().strip() == "Yes."


def test_the_charset_inside_a_document_counts_when_the_field_names_none() -> None:
    raw = "Subject: s\nContent-Type: text/html\n\n<meta charset='koi8-r'>Привет".encode("koi8-r")
    assert parse(raw).text == "Привет\n"


def test_depth_is_never_underrated() -> None:
    assert left_open("<div>" * 6_000 + "</div>" * 6_000) == 6_000
    assert left_open("<br>" * 9_000) == 0


@settings(deadline=None)
@given(st.text(alphabet="<>/ab=\"' &;#x!-\n\0" + "pliv", max_size=200))
def test_any_source_becomes_text(source: str) -> None:
    to_text(source)[0].encode()
    strip_tags(source)
