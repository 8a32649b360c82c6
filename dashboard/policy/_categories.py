"""The ``[categories]`` of a policy file: which tests belong together, by name, by mark, or by property."""

from typing import Any

from dashboard.policy._lines import Place
from dashboard.policy._values import texts, typed

MARKER, PROPERTY = "marker:", "property:"
MOST_PATTERNS = 1000


def categories(raw: Any, root: Place) -> dict[str, tuple[str, ...]]:
    """Read all categories, in the order of the file."""
    place = root.inside("categories")
    table = typed(raw, dict, "categories", place)
    return {name: _patterns(value, name, place) for name, value in table.items()}


def _patterns(value: Any, name: str, place: Place) -> tuple[str, ...]:
    patterns = texts(value, name, place)
    if len(patterns) > MOST_PATTERNS:
        place.refuse(f"`{name}` has more than {MOST_PATTERNS:,} patterns.", name)
    for pattern in patterns:
        if pattern.startswith(MARKER) and not pattern.removeprefix(MARKER).strip():
            place.refuse(f"`{name}` has a `marker:` without a mark; write it like `marker:security`.", name)
        if pattern.startswith(PROPERTY):
            key, equals, wanted = pattern.removeprefix(PROPERTY).partition("=")
            if not (equals and key.strip() and wanted.strip()):
                place.refuse(f"`{name}` has {pattern!r}; a property reads like `property:area=security`.", name)
    return patterns
