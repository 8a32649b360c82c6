"""A progress bar on a terminal, silence elsewhere."""

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], label: str, *, quiet: bool) -> Iterator[T]:
    """Pass the items through, drawing a bar on standard error when that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    total = len(items) if isinstance(items, Sized) else None
    yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)
