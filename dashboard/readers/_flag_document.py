"""The document of a format of feature flags that is written as JSON or as YAML."""

from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.parsing import yaml
from dashboard.readers._head import HEAD_BYTES, normalise
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head


def flag_document(body: BinaryIO, ledger: Ledger, *, text_under: tuple[str, ...] = ()) -> Any:
    """Give the value of the whole file; what begins with a bracket is JSON.

    In YAML the scalars of the keys in ``text_under`` are text as they are written; see `dashboard.parsing.yaml`.
    """
    head = normalise(body.read(HEAD_BYTES))
    body.seek(0)
    if json_head(head).root or not head.strip():
        return document(body, ledger)
    ledger.facts["syntax"] = "YAML"
    return yaml.load(body, limit=ledger.text_limit, text_under=text_under)
