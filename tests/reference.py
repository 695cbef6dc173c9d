"""The reference pages that are made from the code: ``docs/commands.md`` and ``docs/modules.md``.

    make docs        # python -m tests.reference

``tests/test_docs.py`` renders them again and compares, so that neither can go stale.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from tests.architecture import ROOT, Module, modules_of

MADE = "<!-- Made by `make docs`. Mend the text where it stands, in the code. -->"


def root_command() -> click.Group:
    """The whole command line as one group."""
    from ledger.cli.main import cli

    return cli


def commands_of(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """*command* under its full *name*, then all below it, in the order of their names."""
    yield name, command
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            yield from commands_of(command.commands[below], f"{name} {below}")


def commands_page(root: click.Group) -> str:
    """``docs/commands.md``: every command with its help, arguments and options."""
    parts = ["# Commands", MADE]
    for name, command in commands_of(root, "chiptrail"):
        parts.append(f"## `{' '.join([name, *_arguments(command)])}`")
        parts.append(inspect.cleandoc(command.help or "").replace("\b\n", ""))
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        if options:
            rows = [f"| {_spelling(o)} | {_meaning(o)} |" for o in options]
            parts.append("\n".join(["| option | meaning |", "| --- | --- |", *rows]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _arguments(command: click.Command) -> Iterator[str]:
    for param in command.params:
        if isinstance(param, click.Argument):
            word = param.metavar or (param.name or "").upper()
            many = f"{word}..." if param.nargs == -1 else word
            yield many if param.required else f"[{many}]"


def _spelling(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    return f"{names} {option.metavar or option.type.name.upper()}"


def _meaning(option: click.Option) -> str:
    settings = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    notes = [*(["required"] if option.required else []), *(f"`{name}`" for name in settings)]
    text = " ".join((option.help or "").split()).replace("|", "\\|")
    return f"{text} ({', '.join(notes)})" if notes else text


def modules_page(modules: list[Module]) -> str:
    """``docs/modules.md``: every module with the first sentence of its docstring."""
    rows = []
    for module in modules:
        doc = ast.get_docstring(ast.parse(module.source)) or ""
        first = " ".join(doc.split("\n\n")[0].split()).replace("|", "\\|")
        path = module.name.replace(".", "/") + ("/" if module.is_package else ".py")
        rows.append(f"| `{path}` | {first} |")
    return "\n".join(
        ["# Modules", "", MADE, "", "| module | what it is |", "| --- | --- |", *rows, ""]
    )


def pages() -> dict[Path, str]:
    """Every page made from the code, with the text that it must have."""
    return {
        ROOT / "docs" / "commands.md": commands_page(root_command()),
        ROOT / "docs" / "modules.md": modules_page(modules_of(ROOT)),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
