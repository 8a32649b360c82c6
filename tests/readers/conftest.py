"""Reading a small document as a reader does, with its ledger."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.errors import CountersignError
from dashboard.model.ledger import Ledger
from dashboard.model.protocols import Reader


@pytest.fixture
def reading() -> Callable[..., tuple[list[Any], Ledger]]:
    """Give ``(records, ledger)`` of bytes, text, or a value written as JSON."""

    def read(reader: Reader, body: Any) -> tuple[list[Any], Ledger]:
        ledger = Ledger()
        records = list(reader.read(io.BytesIO(encoded(body)), ledger))
        assert ledger.seen == ledger.kept + ledger.folded + ledger.dropped
        return records, ledger

    return read


@pytest.fixture
def refusal(reading) -> Callable[..., str]:
    """Give the slug a document is refused with."""

    def refuse(reader: Reader, body: Any) -> str:
        with pytest.raises(CountersignError) as caught:
            reading(reader, body)
        assert str(caught.value) and caught.value.hint
        return caught.value.slug

    return refuse


def encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()
