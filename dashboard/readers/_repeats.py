"""Finds identities that come more than once among a million, in a few bytes each."""

from array import array
from collections.abc import Iterable
from operator import itemgetter

from dashboard.model.records import CaseResult

_BITS = 44
_MASK = (1 << _BITS) - 1
_BUCKET_BITS = 12
_BUCKETS = 1 << _BUCKET_BITS
_BUCKET_MASK = _BUCKETS - 1
_SPILL = 1 << 16


_identity = itemgetter(0, 1, 2)


def identity(record: CaseResult) -> tuple[str, str, str]:
    """Give what a case is known by from run to run: suite, classname, name."""
    return record[:3]


def mark(record: CaseResult) -> int:
    """Give 44 bits of the identity's hash: enough to suspect a repetition, which a second look then settles."""
    return hash(record[:3]) & _MASK


class Marks:
    """Collects marks. Few are kept as they come; many are spread over buckets of 32 bits each."""

    def __init__(self) -> None:
        self._few = array("q")
        self._buckets: list[array[int]] = []
        self._index: set[int] | None = None
        self.cases_repeated = 0
        """Cases that stand under the marks that ``repeated`` gave."""

    def add(self, records: Iterable[CaseResult]) -> None:
        """Take the marks of these records."""
        self._index = None
        self._few.extend(map(hash, map(_identity, records)))
        if len(self._few) >= _SPILL:
            self._spread()

    def repeated(self) -> set[int]:
        """Give the marks that came more than once."""
        self.cases_repeated = 0
        if not self._buckets:
            return {value & _MASK for value in self._twice(self._few)}
        self._spread()
        return {
            high << _BUCKET_BITS | low
            for low, bucket in enumerate(self._buckets)
            if len(bucket) > 1
            for high in self._twice(bucket)
        }

    def has(self, record: CaseResult) -> bool:
        """Say whether a case of this identity may have been seen."""
        value = mark(record)
        if self._buckets and (value >> _BUCKET_BITS) in self._buckets[value & _BUCKET_MASK]:
            return True
        if self._index is None:
            self._index = {value & _MASK for value in self._few}
        return value in self._index

    def _spread(self) -> None:
        if not self._buckets:
            self._buckets = [array("I") for _ in range(_BUCKETS)]
        buckets = self._buckets
        for value in self._few:
            buckets[value & _BUCKET_MASK].append((value & _MASK) >> _BUCKET_BITS)
        self._few = array("q")

    def _twice(self, values: "array[int]") -> set[int]:
        once = set(values)
        if len(once) == len(values):
            return set()
        seen: set[int] = set()
        twice = {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]
        self.cases_repeated += len(values) - len(once) + len(twice)
        return twice
