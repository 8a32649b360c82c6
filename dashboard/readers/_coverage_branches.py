"""Branches of one source file by their own ids, so that reports of several jobs can be united exactly.

An id is only worth keeping when counting the ids gives the figures of the file: otherwise the producer counts something
else than it lists, and the union of two lists would be a third figure.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote

from dashboard.model.records import FileCoverage

_LONGEST = 64
_PLAIN = "-+./>"
"""Characters of ids beside letters and digits that are written as they are; blank, comma and colon divide."""
_plain = re.compile(rf"[0-9A-Za-z{re.escape(_PLAIN)}]{{1,{_LONGEST}}}", re.ASCII).fullmatch

#: A branch: the line it leaves and its id there.
Branch = tuple[int, str]


def with_branches(
    record: FileCoverage, numbering: str, taken: Iterable[Branch], missed: Iterable[Branch]
) -> FileCoverage:
    """Give the record with the ids of its branches, where they add up to its figures."""
    reached = set(taken)
    left = set(missed) - reached
    figures = (record.branches_total, record.branches_hit)
    if not (reached or left) or (len(reached) + len(left), len(reached)) != figures:
        return record
    return record._replace(branch_numbering=numbering, branches_taken=written(reached), branches_missed=written(left))


def written(branches: Iterable[Branch]) -> str:
    """Write branches as ``line:id id,line:id``, in order of line."""
    lines: dict[int, list[str]] = {}
    for line, name in sorted(branches):
        lines.setdefault(line, []).append(_spelled(name) if len(name) <= _LONGEST else _token(name))
    return ",".join([f"{line}:{' '.join(names)}" for line, names in lines.items()])


@lru_cache(maxsize=4096)  # "0.0" and "0.1" are the branches of nearly every line
def _spelled(name: str) -> str:
    return name if _plain(name) else _token(name)


def _token(name: str) -> str:
    token = quote(name.encode("utf-8", "surrogatepass"), safe=_PLAIN)
    if token and len(token) <= _LONGEST:
        return token
    return f"~{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"
