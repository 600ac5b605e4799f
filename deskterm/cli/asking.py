"""Commands that take a query: `-tag:vip` and `-"money back"` belong to it and are no options."""

from __future__ import annotations

import re

import click

_NEGATED = re.compile(r"""^-(?=[A-Za-z][\w.]*:|["(])""")


class Asking(click.Command):
    """A command whose arguments may begin with a minus, as the query language has it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The language has two words for it; only the one that is no option reaches click.
        return super().parse_args(ctx, [_NEGATED.sub("NOT ", arg, count=1) for arg in args])
