"""Where in a policy file something stands: TOML's values come without their lines, so they are looked for."""

import re
from typing import NoReturn

from dashboard.errors import PolicyError

_HEADER = re.compile(r"^\s*\[+([^\[\]]+)\]+\s*(?:#.*)?$")


class Place:
    """A section of the file, or one entry of an array of tables, or the whole of it."""

    def __init__(self, text: str, section: str = "", index: int = 0) -> None:
        self._text = text
        self._section = section
        self._index = index

    def inside(self, section: str, index: int = 0) -> "Place":
        """Give the place of ``[section]``, or of the ``index``-th ``[[section]]``."""
        return Place(self._text, section, index)

    def line(self, key: str | None = None) -> int:
        """Give the line (from 1) of ``key``; of the section's header when the key stands nowhere."""
        current, seen, header = "", -1, 1
        wanted = re.compile(rf"""(?:^|[{{,])\s*["']?{re.escape(key)}["']?\s*[=.]""") if key else None
        for number, line in enumerate(self._text.split("\n"), 1):
            found = _HEADER.match(line)
            if found:
                current = found[1].strip().replace('"', "").replace("'", "")
                if current == self._section:
                    seen += 1
                    header = number if seen == self._index else header
                    if key is None and seen == self._index:
                        return number
            elif current == self._section and max(seen, 0) == self._index and wanted and wanted.search(line):
                return number
        return header

    def refuse(self, sentence: str, key: str | None = None, *, hint: str | None = None) -> NoReturn:
        """Stop with a ``PolicyError`` that names the line."""
        msg = f"Line {self.line(key)} of the policy: {sentence}"
        raise PolicyError(msg, hint=hint)
