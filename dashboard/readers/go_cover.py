"""Go cover profiles (``go test -coverprofile``): statements, as ``go tool cover`` counts them, never lines.

``-coverpkg`` repeats every block once a test binary; a block counts once, with the most hits in mode ``set`` and the
sum of hits otherwise (the share covered is the same). The line ranges shown are those the blocks span.
Format: https://pkg.go.dev/golang.org/x/tools/cover
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.readers._coverage_lines import clean_path, ranges
from dashboard.readers._text_body import lines

_MODE = re.compile(r"mode: (set|count|atomic)\s*")
_BLOCK = re.compile(r"(.+):(\d{1,7})\.(\d{1,9}),(\d{1,7})\.(\d{1,9}) (\d{1,9}) (\d{1,20})\s*", re.ASCII)
_BRACE_COLUMN = 2
"""A block that ends up to here on its last line holds only the closing brace of that line."""
_MAX_LINE = 1_000_000
_Span = tuple[int, int, int, int]


class GoCover:
    """Reads Go cover profiles."""

    format = "go-cover"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the mode line."""
        return _MODE.match(head[:40].decode("utf-8", "replace").partition("\n")[0] + "\n") is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last block is read."""
        ledger.producer = "go cover"
        files: dict[str, dict[_Span, tuple[int, bool]]] = {}
        for number, line in enumerate(lines(body), 1):
            if mode := _MODE.fullmatch(line):
                ledger.facts["mode"] = mode[1]
            elif line.strip():
                path, span, statements, hit = _block(line, number)
                ledger.seen += 1
                blocks = files.setdefault(path, {})
                if span in blocks:
                    ledger.folded += 1
                    ledger.note("blocks-folded", "A block stands more than once (-coverpkg); it is counted once.")
                    hit = hit or blocks[span][1]
                blocks[span] = (statements, hit)
        ledger.facts["formula"] = "statements hit / statements"
        if not files:
            ledger.note("no-files", "The profile names no source file: nothing was measured.")
        for path, blocks in files.items():
            ledger.kept += len(blocks)
            yield _file(path, blocks)


def _block(line: str, number: int) -> tuple[str, _Span, int, bool]:
    match = _BLOCK.fullmatch(line)
    if match is None:
        msg = f"Line {number:,} is no block of a Go profile: {line.strip()[:80]!r}."
        raise MalformedArtefactError(msg, slug="go-cover-line")
    span = (int(match[2]), int(match[3]), int(match[4]), int(match[5]))
    if span[2] > _MAX_LINE or span[0] > span[2]:
        msg = f"Line {number:,}: no source file has the lines {span[0]} to {span[2]}."
        raise MalformedArtefactError(msg, slug="go-cover-line")
    return clean_path(match[1]), span, int(match[6]), int(match[7]) > 0


def _file(path: str, blocks: dict[_Span, tuple[int, bool]]) -> FileCoverage:
    hit: set[int] = set()
    missed: set[int] = set()
    for (first, _, last, column), (_, was_hit) in blocks.items():
        end = last if column > _BRACE_COLUMN or first == last else last - 1
        (hit if was_hit else missed).update(range(first, end + 1))
    return FileCoverage(
        path=path,
        lines_total=None,
        lines_hit=None,
        branches_total=None,
        branches_hit=None,
        statements_total=sum(statements for statements, _ in blocks.values()),
        statements_hit=sum(statements for statements, was_hit in blocks.values() if was_hit),
        lines_excluded=None,
        hit=ranges(hit - missed),
        missed=ranges(missed - hit),
        partial=ranges(hit & missed),
    )


READER = GoCover()
