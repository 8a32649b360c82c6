"""Which lines a change touches: a unified diff, as ``git diff`` writes it."""

import re

from dashboard.errors import MalformedArtefactError

_HUNK = re.compile(r"^@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_HEAD = re.compile(r"^(?:diff |--- |\+\+\+ )", re.MULTILINE)
MAX_CHARACTERS = 64 * 1024 * 1024


def changed_lines(text: str) -> dict[str, frozenset[int]]:
    """Give the lines that a diff adds or changes, by path, numbered as in the new file.

    A file that is deleted, or of which lines are only taken away, has none. Paths are those of the new files, without
    the ``b/`` of git.

    Raises:
        MalformedArtefactError: slug ``diff-malformed``: it is no unified diff, or a hunk ends before its count.
    """
    if len(text) > MAX_CHARACTERS:
        raise _malformed(1, f"it is longer than {MAX_CHARACTERS:,} characters")
    state = _State()
    for number, row in enumerate(text.split("\n"), 1):
        if state.old or state.new:
            state.within(number, row)
        else:
            state.between(row)
    if state.old or state.new:
        raise _malformed(text.count("\n") + 1, "the last hunk ends before its count")
    if not state.found and text.strip() and not _HEAD.search(text):
        raise _malformed(1, "it holds no file")
    return {name: frozenset(lines) for name, lines in state.found.items() if lines}


class _State:
    """Where the reader stands: the file, the line of it, and what is left of the hunk on either side."""

    def __init__(self) -> None:
        self.found: dict[str, set[int]] = {}
        self.path: str | None = None
        self.line = self.old = self.new = 0

    def between(self, row: str) -> None:
        """Read a row outside of hunks."""
        if row.startswith("+++ "):
            self.path = _path(row)
            if self.path is not None:
                self.found.setdefault(self.path, set())
        elif hunk := _HUNK.match(row):
            self.old, self.line, self.new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)

    def within(self, number: int, row: str) -> None:
        """Read a row of a hunk."""
        mark = row[:1]
        if mark == "\\":  # "no newline at end of file"
            return
        if mark not in ("+", "-", " ", ""):
            raise _malformed(number, f"a hunk holds {row[:40]!r}")
        if mark == "+" and self.path is not None:
            self.found[self.path].add(self.line)
        if mark != "-":
            self.line, self.new = self.line + 1, self.new - 1
        if mark != "+":
            self.old -= 1
        if self.old < 0 or self.new < 0:
            raise _malformed(number, "a hunk is longer than it says")


def _path(row: str) -> str | None:
    name = row[4:].split("\t", maxsplit=1)[0].strip().strip('"')
    return None if name == "/dev/null" else name.removeprefix("b/")


def _malformed(line: int, why: str) -> MalformedArtefactError:
    msg = f"Line {line} of the change: {why}."
    hint = "Give a unified diff, as `git diff BASE...HEAD` writes it."
    return MalformedArtefactError(msg, slug="diff-malformed", hint=hint)
