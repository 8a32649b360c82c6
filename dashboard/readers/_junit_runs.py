"""Runs of cases that say nothing but their name, class and time: nearly all of a report, cut out by one expression.

Asking Python about the start and the end of each element costs more than twice what expat itself does. A case such as
``<testcase classname="a" name="b" time="0.1" />`` can be told from its bytes alone, as long as it is certain that it
stands between the elements of a suite and that nothing in it needs XML to be understood. The expression only takes what
has one reading: the three attributes in the order that expat has met before, plain ASCII, no reference, a plain number.
Whatever is different stays in the gaps between the runs, and goes to expat.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, repeat

from dashboard.model.records import CaseResult, Outcome
from dashboard.readers._junit_case import LONGEST_NAME

#: Encodings in which a byte from 0x20 to 0x7e is that ASCII character, wherever it stands.
ASCII_WITHIN = frozenset({"utf-8", "us-ascii", "iso-8859-1"})
_PARTS = ("name", "classname", "time")
_TEXT = r"""[ !#-%'-;=-~]"""  # printable ASCII without the quotation mark, the ampersand and the opening bracket
_VALUES = {
    "name": f"{_TEXT}{{1,{LONGEST_NAME - 1}}}",
    "classname": f"{_TEXT}{{0,{LONGEST_NAME - 1}}}",
    "time": r"[0-9]{1,6}(?:\.[0-9]{0,20})?",  # below LONGEST_S, whatever the digits
}
_BLANK = r"[ \t\r\n]*"
_WORTH_IT = 2
"""Cases a gap: with fewer, the detour costs more than it saves."""


@lru_cache(maxsize=16)
def _expression(order: tuple[str, ...]) -> re.Pattern[str]:
    attributes = " ".join(f'{name}="({_VALUES[name]})"' for name in order)
    return re.compile(rf"<testcase {attributes} ?(?:/>|>{_BLANK}</testcase>){_BLANK}")


class Chunk:
    """One piece of the file, divided into gaps and cases; bytes and characters are the same in number."""

    def __init__(self, chunk: bytes, order: tuple[str, ...]) -> None:
        self._chunk = chunk
        self._text = chunk.decode("latin-1")
        self._cases = _expression(order)
        parts = self._cases.split(self._text)
        self._gaps = parts[::4]
        names, classes, times = (parts[1 + order.index(name) :: 4] for name in _PARTS)
        self._names, self._classes, self._times = iter(names), iter(classes), map(float, times)
        self._filled = [number for number, gap in enumerate(self._gaps) if gap]
        if not self._gaps[0]:
            self._filled.insert(0, 0)

    @property
    def worth_it(self) -> bool:
        """Whether there are so many cases that the way around expat is the shorter one."""
        return len(self._gaps) > _WORTH_IT * len(self._filled)

    def runs(self) -> Iterator[tuple[bytes, int, int]]:
        """Give every gap, which is for expat, the number of the case behind it, and how many cases follow at once."""
        last = len(self._gaps) - 1
        for first, following in zip(self._filled, [*self._filled[1:], last], strict=True):
            yield self._gaps[first].encode("latin-1"), first, following - first

    def rest(self, first: int) -> bytes:
        """Give everything from this case on, as the file has it."""
        found = next(islice(self._cases.finditer(self._text), first, None))
        return self._chunk[found.start() :]

    def records(self, suite: str, file: str | None) -> Iterator[CaseResult]:
        """Give the cases that were not yet given, as if all stood in this suite: they passed."""
        fields = zip(
            repeat(suite), self._classes, self._names, repeat(file), repeat(None), repeat(Outcome.PASSED),
            self._times, repeat(None), repeat(()), repeat(False), repeat(()),
        )  # fmt: skip
        return map(tuple.__new__, repeat(CaseResult), fields)
