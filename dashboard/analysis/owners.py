"""Who owns a file, by a CODEOWNERS file as GitHub and GitLab read it.

Takes: the text of the file and a path from the root of the repository. Gives: the owners as written (``@person``,
``@team/name``, an address). Source: "About code owners" of GitHub's documentation and "Code Owners syntax" of GitLab's;
where they differ the dialect decides. The last pattern that fits wins, also one without owners; GitLab asks every
section. Empty: a file that no pattern fits, and a file without patterns, have no owner.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

_SECTION = re.compile(r"^(\^)?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$")
_OWNER = re.compile(r"@@?[\w./-]+|[^@\s]+@[^@\s]+\.[^@\s]+")
_WORD = re.compile(r"(?:[^\s\\]|\\.)+")


class Dialect(StrEnum):
    """Whose reading of the file holds."""

    GITHUB = "github"
    GITLAB = "gitlab"


class Entry(NamedTuple):
    """One line of the file."""

    line: int
    pattern: str
    owners: tuple[str, ...]
    section: str
    """"" outside sections."""
    excludes: bool
    """``!pattern`` of GitLab: what it fits has no owner in this section."""


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """A CODEOWNERS file."""

    entries: tuple[Entry, ...]
    dialect: Dialect
    problems: tuple[str, ...]
    """Lines that mean nothing and are left out, as both services do, each with its reason."""

    def owner_of(self, path: str) -> tuple[str, ...]:
        """Give the owners of a file, none when nobody owns it."""
        path = path.replace("\\", "/").removeprefix("./").lstrip("/")
        found: dict[str, Entry] = {}
        excluded: set[str] = set()
        for entry in self.entries:
            if _matcher(entry.pattern, self.dialect).fullmatch(path):
                found[entry.section] = entry
                if entry.excludes:
                    excluded.add(entry.section)
        owners = (owner for section, entry in found.items() if section not in excluded for owner in entry.owners)
        return tuple(dict.fromkeys(owners))


def parse(text: str, dialect: Dialect | None = None) -> CodeOwners:
    """Read a CODEOWNERS file; without a dialect, one with sections is GitLab's and any other GitHub's."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if dialect is None:
        sections = any(_SECTION.match(_bare(line)) for line in lines)
        dialect = Dialect.GITLAB if sections else Dialect.GITHUB
    entries: list[Entry] = []
    problems: list[str] = []
    section, standing = "", _owners("")
    for number, line in enumerate(lines, 1):
        bare = _bare(line)
        if not bare:
            continue
        header = _SECTION.match(bare) if dialect is Dialect.GITLAB else None
        if header:
            section, standing = header[2].strip().casefold(), _owners(header[3] or "")
            continue
        pattern, *words = _WORD.findall(bare) or [bare]
        wrong = _wrong(pattern, words, dialect)
        if wrong:
            problems.append(f"Line {number}: {wrong}.")
            continue
        excludes = dialect is Dialect.GITLAB and pattern.startswith("!")
        owners = _owners(" ".join(words)) or standing
        entries.append(Entry(number, pattern.removeprefix("!"), () if excludes else owners, section, excludes))
    return CodeOwners(tuple(entries), dialect, tuple(problems))


def _bare(line: str) -> str:
    """Cut a comment off: ``#`` at the start or after a space, unless it is escaped."""
    return re.sub(r"(?:^|(?<=\s))#.*$", "", line).strip()


def _owners(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if _OWNER.fullmatch(word))


def _wrong(pattern: str, words: list[str], dialect: Dialect) -> str:
    if "***" in pattern:
        return f"the pattern {pattern} has three asterisks in a row"
    if dialect is Dialect.GITLAB:
        return ""
    if pattern.startswith(("!", r"\#")) or "[" in pattern or "]" in pattern:
        return f"{pattern} uses `!`, `[ ]` or `\\#`, which code owners do not know"
    bad = [word for word in words if not _OWNER.fullmatch(word)]
    return f"{bad[0]} is neither @person, @organisation/team nor an address" if bad else ""


@lru_cache(maxsize=16_384)
def _matcher(pattern: str, dialect: Dialect) -> re.Pattern[str]:
    """Compile a pattern: ``*`` within a folder, ``**`` across, a folder means all below it, ``folder/*`` its files."""
    parts = pattern.split("/")
    if parts[0] == "":
        parts = parts[1:]
    elif parts[0] != "**" and (dialect is Dialect.GITLAB or not any(parts[1:])):
        parts = ["**", *parts]
    if len(parts) > 1 and parts[-1] == "":
        parts[-1] = "**"
    last = len(parts) - 1
    text, slash = "", False
    for place, part in enumerate(parts):
        if part == "**":
            if place == 0:
                text += ".+" if last == 0 else "(?:.+/)?"
            else:
                text += "/.+" if place == last else "(?:/.+)?"
            slash = place > 0
            continue
        text += "/" if slash else ""
        text += "[^/]+" if part == "*" else _glob(part) + ("(?:/.*)?" if place == last else "")
        slash = True
    return re.compile(text)


def _glob(part: str) -> str:
    pieces = re.findall(r"\\.|.", part)
    wild = {"*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces)
