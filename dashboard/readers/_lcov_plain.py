"""The record of one source file in an LCOV tracefile as nearly all tools write it, taken apart by a few expressions.

An expression finds all lines of one kind in one call, where reading line by line costs more than half a microsecond
each. It only takes what has one reading; a record in which lines are left over, or are listed twice, is ``None`` here,
and is read line by line.
"""

import re
from typing import NamedTuple

_NUMBER = r"([1-9][0-9]{0,7})"
_COUNT = r"(?:0|[1-9][0-9]{0,14})"
_END = r"(?![^\n])"
_PLACE = re.compile(r"(?:TN:([^\n]*)\n)?SF:([^\n]+)")
_LINES = re.compile(rf"\nDA:{_NUMBER},({_COUNT})(?:,[^\n]*)?{_END}")
_BRANCHES = re.compile(rf"\nBRDA:{_NUMBER},([0-9A-Za-z+/>-]{{1,30}}),([0-9A-Za-z+./>-]{{1,30}}),(-|{_COUNT}){_END}")
_TOTALS = re.compile(rf"\n(LF|LH|BRF|BRH):([0-9]{{1,15}}){_END}")
_LEFT_OUT = re.compile(r"\n(?:FN[A-Z]{0,2}|VER|MCDC|MRF|MRH):")
"""Functions, versions and conditions are not read."""
_NOT_TAKEN = frozenset({"-", "0"})

Branch = tuple[int, str]


class Plain(NamedTuple):
    """What one record says; no line and no branch is in it twice."""

    test: str | None
    """``None`` when the record names none: the one before it goes on."""
    path: str
    hit: set[int]
    missed: set[int]
    taken: set[Branch]
    """(Line, ``block.branch``): no block has a point in it, so that the two can be told apart again."""
    left: set[Branch]
    totals: list[tuple[str, str]]


def plain(text: str) -> Plain | None:
    """Read the lines of one record, without the last one, ``end_of_record``."""
    place = _PLACE.match(text)
    if place is None:
        return None
    body = text[place.end() :]
    lines, branches, totals = _LINES.findall(body), _BRANCHES.findall(body), _TOTALS.findall(body)
    others = body.count("\n") - len(lines) - len(branches) - len(totals)
    if others and others != len(_LEFT_OUT.findall(body)):
        return None
    hit = {int(number) for number, count in lines if count != "0"}
    missed = {int(number) for number, count in lines if count == "0"}
    taken: set[Branch] = set()
    left: set[Branch] = set()
    for line, block, name, count in branches:
        (left if count in _NOT_TAKEN else taken).add((int(line), f"{block}.{name}"))
    if len(hit) + len(missed) != len(lines) or not hit.isdisjoint(missed):
        return None
    if len(taken) + len(left) != len(branches) or not taken.isdisjoint(left):
        return None
    return Plain(place[1], place[2], hit, missed, taken, left, totals)
