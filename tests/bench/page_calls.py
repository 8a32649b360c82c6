"""What the pages ask of the database: every call that their ``load`` makes, with the page's own arguments.

The pages are visited on the newest candidate, the ways people go: filtered, searched, on the last page of a list, on a
case that is flaky and on one that never failed. Calls of ``store.frames`` and of the services are written down as they
are made, the outermost ones that reach the database; so a page that changes is measured as it is.
"""

import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from sqlalchemy import event

from dashboard import services
from dashboard.services.context import Context
from dashboard.store import candidates, frames
from dashboard.store.transaction import reading, rows
from dashboard.ui.components.links import Place
from dashboard.ui.page import Filters
from dashboard.ui.shell import all_pages

_NOT_ASKED = frozenset({"dashboard.services.context", "dashboard.services.demo", "dashboard.services.log"})
_FIRST = frozenset({"store", "context"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call, by the page that makes it."""

    page: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    named: dict[str, Any]

    @property
    def name(self) -> str:
        """Its function, and what tells it from other calls of the same."""
        place = self.function.__module__.removeprefix("dashboard.").removeprefix("store.")
        told = [*(_told(value) for value in self.args[1:]), *(f"{k}={_told(v)}" for k, v in self.named.items())]
        where = "frames" if place.startswith("frames.") else place
        return f"{where}.{self.function.__name__}({', '.join(filter(None, told))})"

    def make(self, context: Context) -> object:
        """Make the call, on the store of a context."""
        first = context.store if self.function.__module__.startswith("dashboard.store") else context
        found = self.function(first, *self.args[1:], **self.named)
        return list(found) if inspect.isgenerator(found) else found


@dataclass(slots=True)
class _Notes:
    page: str = ""
    inside: bool = False
    statements: int = 0
    calls: dict[str, Call] = field(default_factory=dict)


def page_calls(context: Context, project: str) -> list[Call]:
    """Give the calls of all pages, on the newest candidate of ``main``; each once, by the first page that makes it."""
    notes = _Notes()

    def counted(*_: object) -> None:
        notes.statements += 1

    event.listen(context.store.reader, "before_cursor_execute", counted)
    try:
        with _written_down(notes):
            for slug, title, values in _visits(context, project):
                page = next(page for page in all_pages() if page.slug == slug)
                notes.page = title
                page.load(context, Filters(_place(context, project), values))
    finally:
        event.remove(context.store.reader, "before_cursor_execute", counted)
    return list(notes.calls.values())


def _place(context: Context, project: str) -> Place:
    listed = frames.candidates(context.store, project, limit=20)
    main = listed[listed["branch"] == "main"]
    number = int((main if len(main) else listed).iloc[0]["id"])
    return Place(
        project, candidates.project(context.store, project), candidates.find(context.store, project, id=number)
    )


def _visits(context: Context, project: str) -> Iterator[tuple[str, str, dict[str, tuple[str, ...]]]]:
    """Give pages to visit: slug, title, and what their address narrows them to."""
    for page in all_pages():
        if page.rank:
            yield page.slug, page.title, {}
    store, place = context.store, _place(context, project)
    own = frames.runs_of(store, place.candidate.id if place.candidate else 0)
    if own.empty:
        return
    run = str(own.iloc[0]["id"])
    for values in ({"outcome": ("failed", "error")}, {"q": ("promise42",)}, {"q": ("no such test",)}, {"p": ("190",)}):
        yield "tests", "Tests", {name: tuple(value) for name, value in values.items()}
    yield "run", "Run", {"run": (run,)}
    for values in ({"fq": ("module",)}, {"status": ("healthy",)}, {"fp": ("4",)}):
        yield "flaky", "Flaky", values
    oldest = frames.runs(store, project, branch="main", limit=100)["id"].iloc[-1]
    yield "changes", "Changes", {"before": (str(oldest),), "after": (run,)}
    for kind in frames.CHANGES:
        yield "changes", "Changes", {"kind": (kind,)}
    for case in _cases(context, int(run)):
        yield "case", "Case", {"case": (str(case),)}
    yield "candidates", "Candidates", {"q": ("a1",), "cp": ("2",)}
    yield "evidence", "Evidence", {"of": ("project",), "ap": ("15",)}


def _cases(context: Context, run: int) -> list[int]:
    """Give a flaky case, one that fails, one that never failed, all of a run."""
    there = f"case_id IN (SELECT case_id FROM test_result WHERE run_id = {run})"
    healthy = "case_id NOT IN (SELECT case_id FROM case_state)"
    chosen = (
        f"SELECT case_id FROM case_state WHERE status = 'flaky' AND {there} ORDER BY failures DESC, case_id LIMIT 1",
        f"SELECT case_id FROM test_result WHERE run_id = {run} AND outcome >= 2 ORDER BY case_id LIMIT 1",
        f"SELECT case_id FROM test_result WHERE run_id = {run} AND {healthy} ORDER BY case_id LIMIT 1",
    )
    with reading(context.store) as connection:
        return [row["case_id"] for sql in chosen for row in rows(connection, sql)]


@contextmanager
def _written_down(notes: _Notes) -> Iterator[None]:
    """Let every function that pages reach for write its calls down."""
    watched: dict[Callable[..., Any], Callable[..., Any]] = {}
    found = (import_module(f"dashboard.services.{one.name}") for one in pkgutil.iter_modules(services.__path__))
    modules: list[ModuleType] = [frames, *(one for one in found if one.__name__ not in _NOT_ASKED)]
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or next(iter(inspect.signature(function).parameters), "") not in _FIRST:
                continue
            watched.setdefault(function, _watching(function, notes))
    changed = []
    users = [module for name, module in sys.modules.items() if name.startswith("dashboard.ui")]
    for module in {*modules, *users}:
        for name, value in list(vars(module).items()):
            if inspect.isfunction(value) and value in watched:
                setattr(module, name, watched[value])
                changed.append((module, name, value))
    try:
        yield
    finally:
        for module, name, value in changed:
            setattr(module, name, value)


def _watching(function: Callable[..., Any], notes: _Notes) -> Callable[..., Any]:
    def watched(*args: Any, **named: Any) -> Any:
        if notes.inside:
            return function(*args, **named)
        notes.inside, before = True, notes.statements
        try:
            return function(*args, **named)
        finally:
            notes.inside = False
            if notes.statements > before:
                call = Call(notes.page, function, args, named)
                notes.calls.setdefault(call.name, call)

    return watched


def _told(value: Any) -> str:
    """Write an argument briefly; what is long or has no short text of its own only by what it is."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return repr(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"[{', '.join(_told(one) for one in sorted(value, key=str))}]" if len(value) < 4 else f"[{len(value)}]"
    text = getattr(value, "label", "")
    return text if isinstance(text, str) else ""
