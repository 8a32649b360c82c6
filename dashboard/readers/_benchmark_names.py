"""Names and machines of benchmarks: one name is one series, another machine is another series."""

from collections import Counter
from collections.abc import Iterable

from dashboard.model.ledger import Ledger


class SeriesNames:
    """Gives every benchmark of a file a name of its own; a name used again becomes ``name #2``."""

    def __init__(self, ledger: Ledger) -> None:
        self._used: Counter[tuple[str, str | None]] = Counter()
        self._ledger = ledger

    def unique(self, name: str, group: str | None = None) -> str:
        """Give ``name``, numbered when this group has it already."""
        self._used[name, group] += 1
        times = self._used[name, group]
        if times == 1:
            return name
        self._ledger.note("repeated-name", "A benchmark name stands more than once in the file; the later are numbered")
        return f"{name} #{times}"


def fingerprint(parts: Iterable[object | None]) -> str:
    """Join what is known of CPU, cores, OS and runtime; "" when nothing is."""
    return "; ".join(text for part in parts if part is not None and (text := " ".join(str(part).split())))


def major_minor(version: str) -> str:
    """Cut a version to ``3.11``: a patch release is the same machine to a benchmark."""
    return ".".join(version.split(".")[:2])
