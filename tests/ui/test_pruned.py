"""Pages of a candidate whose evidence was pruned: nothing fails, and nothing that is gone counts as a success."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.maintenance import removal
from dashboard.store.moments import to_ms
from dashboard.store.transaction import writing
from dashboard.ui.shell import all_pages

PROJECT = "genesis-rebuild"


@pytest.fixture
def pruned(own: Context) -> Context:
    """Give a copy of the demo in which a project has lost all its evidence."""
    gone = [int(number) for number in frames.candidates(own.store, PROJECT)["id"]]
    with writing(own.store) as connection:
        removal.mark(connection, gone, to_ms(datetime(2025, 11, 5, tzinfo=UTC)))
    for candidate in gone:
        removal.remove(own.store, candidate)
    removal.sweep(own.store)
    return own


def test_no_page_fails_and_none_finds_success(
    pruned: Context, run_page: Callable[..., AppTest], text_of: Callable[[AppTest], str]
) -> None:
    candidate = int(frames.candidates(pruned.store, PROJECT, limit=1).iloc[0]["id"])
    run = int(frames.runs_of(pruned.store, candidate).iloc[0]["id"])
    sha256 = frames.artefacts(pruned.store, PROJECT, candidate, limit=1).iloc[0]["sha256"]
    values = {"candidate": candidate, "run": run, "sha": sha256, "id": "coverage.total", "path": "a.py", "name": "n"}
    for page in all_pages():
        app = run_page(pruned, page.slug, project=PROJECT, **values)
        assert not app.exception, page.slug
        assert text_of(app), page.slug
    assert "NO-GO" in text_of(run_page(pruned, "", project=PROJECT, candidate=candidate))
