"""The part of README.md that is made by the program: the table of keys.

`make keys` writes it; tests/test_house.py fails when it is behind the list of actions.
"""

from __future__ import annotations

from deskterm.actions import key_table_markdown
from tests.paths import ROOT

README = ROOT / "README.md"
BEGIN = "<!-- keys: written by `make keys` from deskterm/actions.py -->"
END = "<!-- end of keys -->"


def with_keys(text: str) -> str:
    """The README with its table of keys made new. Raises ValueError when the markers are not there once."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in after:
        raise ValueError(f"README.md has to hold {BEGIN} and {END}, each once and in this order.")
    return f"{before}{BEGIN}\n\n{key_table_markdown().strip()}\n\n{END}{after}"


def main() -> None:
    was = README.read_text(encoding="utf-8")
    now = with_keys(was)
    if now != was:
        README.write_text(now, encoding="utf-8")
    print("README.md: the keys are " + ("as they were." if now == was else "new."))


if __name__ == "__main__":
    main()
