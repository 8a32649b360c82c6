"""The JSON document of a report, within the limit that is set for documents held in memory."""

from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.parsing import json

LARGE_HINT = "Raise COUNTERSIGN_MAX_JSON_MIB if you trust the source, or write a smaller report."


def document(body: BinaryIO, ledger: Ledger, *, large_hint: str = LARGE_HINT) -> Any:
    """Give the value of the whole file; see `dashboard.parsing.json.load` for what is refused."""
    return json.load(body, limit=ledger.text_limit, large_hint=large_hint)
