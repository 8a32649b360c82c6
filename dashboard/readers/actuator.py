"""Spring Boot actuator health (2.2 and later): ``components``, nested as deep as the contributors are.

``UNKNOWN`` is ignored by Spring's own aggregation and a warning here. A component that has components of its own
is listed beside them, as ``broker`` and ``broker.us1``.
Source: https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.health
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import HealthCheck, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers._health_status import judged, overall
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_MAX_TEXT = 4000


class Actuator:
    """Reads Spring Boot actuator health."""

    format = "actuator"
    kind = Kind.HEALTH
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise ``components`` with a status each; the overall status may stand behind them."""
        seen = json_head(head)
        return any(seen.has("components", name, "status") for name in seen.under("components"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a component, those that contain others included."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "Spring Boot Actuator"
        statuses = []
        for check in _components(report, "", ledger):
            statuses.append(check.status)
            ledger.seen += 1
            ledger.kept += 1
            yield check
        overall(report.get("status"), statuses, ledger)


def _components(parent: dict[str, Any], prefix: str, ledger: Ledger) -> Iterator[HealthCheck]:
    components = parent.get("components")
    if components is None:
        return
    for name, component in shapes.mapping(components, f"{prefix}components").items():
        entry = shapes.mapping(component, f"{prefix}{name[:200]}")
        details = entry.get("details")
        output = json.dumps(details, sort_keys=True)[:_MAX_TEXT] if details else None
        yield HealthCheck(f"{prefix}{name}", judged(entry.get("status"), ledger), None, None, None, output)
        yield from _components(entry, f"{prefix}{name}.", ledger)


READER = Actuator()
