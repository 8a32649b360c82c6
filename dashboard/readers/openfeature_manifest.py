"""OpenFeature flag manifest: which flags the code asks for, with the defaults it falls back to.

It says nothing of what is served, so no flag of it counts as on, off or partial.
Format: https://github.com/open-feature/cli/blob/main/schema/v0/flag-manifest.json
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, Record
from dashboard.parsing import shapes
from dashboard.readers import _flag_shares as shares
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head


class OpenFeatureManifest:
    """Reads OpenFeature manifests."""

    format = "openfeature-manifest"
    kind = Kind.FLAGS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise flags with a type."""
        seen = json_head(head)
        return any("flagType" in seen.under("flags", key) for key in seen.under("flags"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a flag, with its default as value."""
        flags = shapes.mapping(shapes.mapping(document(body, ledger), "The document").get("flags"), "flags")
        ledger.producer = "OpenFeature manifest"
        ledger.note("defaults-only", "The manifest lists the defaults of the code; what is served is not in it.")
        for key, value in flags.items():
            ledger.seen += 1
            where = f"flags[{key[:200]!r}]"
            entry = shapes.mapping(value, where)
            description = shapes.maybe_text(entry.get("description"), f"{where}.description")
            default = shares.value_text(entry.get("defaultValue"))
            ledger.kept += 1
            yield shares.state(key, None, enabled=None, value=default, description=description)


READER = OpenFeatureManifest()
