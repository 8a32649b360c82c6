"""The shapes of plug-ins: a reader, a gate, a command, a report format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from dashboard.model.evidence import Evidence
from dashboard.model.ledger import Ledger
from dashboard.model.policy import Rule
from dashboard.model.records import Kind, Record
from dashboard.model.verdict import Verdict


class Reader(Protocol):
    """One format: recognised by content, read as a stream.

    ``sniff`` gets the first 4 KiB (decompressed, BOM removed), never parses and never raises. ``read`` may seek
    ``body`` back to its start for a second pass; it raises an ``ArtefactError`` at the first breach of trust and
    no other exception. Exactly one reader may claim a file.
    """

    format: str
    kind: Kind
    version: int

    def sniff(self, head: bytes) -> bool:
        """Say whether a file that starts so is of this format."""

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give the records of the file in bounded memory, and tell the ledger what was done."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One question with a measured answer; its module docstring says Asks / Passes / Unknown / Remedy."""

    id: str
    title: str
    judge: Callable[[Evidence, Rule], Verdict]
    doc: str
