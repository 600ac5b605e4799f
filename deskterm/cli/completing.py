"""Completion in bash, zsh and fish: the script for each. What there is to complete, the verbs know.

Loads no desk and no screen: a key press waits for this.
"""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
    get_completion_class,
)

from deskterm.cli import say

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' type value completion
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_FISH = """\
function %(complete_func)s
    set -l found (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp | string collect) \
        COMP_CWORD=(commandline -t | string collect) %(prog_name)s)
    for one in $found
        set -l parts (string split --max 1 "," -- $one)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=")


class _Bash(BashComplete):
    """Names with blanks and signs are escaped: bash puts what it gets on the line as it is."""

    source_template = _BASH

    def format_completion(self, item: CompletionItem) -> str:
        value = str(item.value)
        escaped = "".join(sign if sign in _PLAIN or ord(sign) > 127 else f"\\{sign}" for sign in value)
        return f"{item.type},{escaped}"


class _Fish(FishComplete):
    """Names with commas stay whole."""

    source_template = _FISH

    def format_completion(self, item: CompletionItem) -> str:
        value = f"{item.value}\t{item.help}" if item.help else str(item.value)
        return f"{item.type},{value}".replace("\n", " ")


add_completion_class(_Bash)
add_completion_class(_Fish)


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def completion_verb(shell: str) -> None:
    """Print the script that completes verbs, options and names: `eval "$(deskterm completion bash)"`."""
    from deskterm.cli.main import COMPLETE, verbs

    found: Any = get_completion_class(shell)
    say.line(found(verbs, {}, "deskterm", COMPLETE).source().rstrip("\n"))
