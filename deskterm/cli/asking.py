"""How verbs are asked: `-tag:vip` belongs to a query and is no option; `--jsonl` is one many verbs have."""

from __future__ import annotations

import re

import click

_NEGATED = re.compile(r"""^-(?=[A-Za-z][\w.]*:|["(])""")

json_option = click.option("--jsonl", "as_json", is_flag=True, help="One JSON object a line.")


class Asking(click.Command):
    """A command whose arguments may begin with a minus, as the query language has it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The language has two words for it; only the one that is no option reaches click.
        return super().parse_args(ctx, [_NEGATED.sub("NOT ", arg, count=1) for arg in args])
