"""Members of an archive: what is read, what is passed over, what is refused, and under which name it is told."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from dashboard.errors import ArtefactError

#: A path on disk has at most 4,096 bytes; names in reports of any use are far shorter.
MAX_NAME_CHARACTERS = 1_000
_SHOWN_CHARACTERS = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
_PACK_FILES = "Pack the reports as plain files with relative paths, and nothing else."

Open = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive. It is read as a file of its own, or ``error`` says why not."""

    name: str
    open: Open | None = None
    error: ArtefactError | None = None
    passed_over: bool = False
    """It has no content of its own (a link, a device), so no evidence is lost by not reading it."""


def refused(name: str, slug: str, why: str, *, hint: str = _PACK_FILES, passed_over: bool = False) -> Member:
    """Give the member that is named and not read."""
    shown = shown_name(name)
    error = ArtefactError(f"The member {shown} {why}; it was not read.", slug=slug, hint=hint)
    return Member(shown, error=error, passed_over=passed_over)


def shown_name(name: str) -> str:
    """Write a member's name so that it can be printed anywhere: no control characters, no half characters, bounded."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"


def unsafe(name: str) -> Member | None:
    """Give the refusal of a name that is no path inside a folder, on any system, ``None`` for one that is."""
    path = name.replace("\\", "/")
    if _ABSOLUTE.match(path):
        return refused(name, "member-path", "has an absolute path")
    if ".." in path.split("/"):
        return refused(name, "member-path", "has a path that leads out of the archive")
    if not path or len(path) > MAX_NAME_CHARACTERS or _CONTROLS.search(path):
        why = f"has a name that is empty, has control characters or is longer than {MAX_NAME_CHARACTERS:,} characters"
        return refused(name, "member-path", why)
    return None


def linked(name: str) -> Member:
    """Give the member that is a link."""
    return refused(name, "member-link", "is a link", passed_over=True)


def special(name: str) -> Member:
    """Give the member that is neither file nor folder nor link."""
    return refused(name, "member-special", "is a device, a pipe or something else that is no file", passed_over=True)


class Names:
    """The paths given to the members that are read: every one is told from all others."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def give(self, name: str) -> str:
        """Give the path without its empty and ``.`` parts, numbered from the second member of that name on.

        Both namesakes are read: which of them another program would show is not known, and neither may hide the other.
        """
        text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        path = "/".join(part for part in text.replace("\\", "/").split("/") if part not in {"", "."})
        self._taken[path] = self._taken.get(path, 0) + 1
        return path if self._taken[path] == 1 else f"{path} ({self._taken[path]})"
