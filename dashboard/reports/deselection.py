"""Muted tests as arguments for pytest, one a line, for ``pytest @file`` (pytest 8.2 and newer).

pytest names a test ``path::Class::name[parameters]``; JUnit reports name ``package.module.Class`` and, only in some
families, the file. Where the file is not said the class name is taken apart by Python's own custom: modules are lower
case, classes are not. A test that is no pytest test in this sense is told of rather than guessed at. The file holds
arguments alone: pytest takes every line of it for one, remarks as well.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Deselected(NamedTuple):
    """One muted test."""

    classname: str
    name: str
    file: str | None


class Arguments(NamedTuple):
    """A file of arguments, and the tests that it does not hold."""

    text: str
    """One ``--deselect`` a line; "" when nothing is muted."""
    left_out: tuple[str, ...]
    """Tests that are muted and go on running: pytest would not know them by their name."""


def pytest_arguments(muted: Iterable[Deselected]) -> Arguments:
    """Write the arguments for the muted tests."""
    lines, left_out = [], []
    for one in muted:
        node = node_id(one.classname, one.name, one.file)
        if node is None or any(mark in node for mark in "\r\n"):
            left_out.append(f"{one.classname} {one.name}".strip())
        else:
            lines.append(f"--deselect={node}\n")
    return Arguments("".join(sorted(set(lines))), tuple(left_out))


def node_id(classname: str, name: str, file: str | None) -> str | None:
    """Give pytest's own name of a test; nothing when the report's name does not lead to one."""
    parts = [part for part in classname.split(".") if part]
    if not name or any(not part.isidentifier() for part in parts):
        return None
    classes = [part for part in parts if part[:1].isupper()]
    modules = parts[: len(parts) - len(classes)]
    if parts[len(modules) :] != classes:
        return None  # a class before a module: not how pytest writes it
    path = file if file and file.endswith(".py") else "/".join(modules) + ".py" if modules else None
    return None if path is None else "::".join([path, *classes, name])
