"""Candidates of one subject are told apart wherever they stand beside each other."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from ui import makers as m

from dashboard.services.context import Context
from dashboard.services.ingest import ingest_body, make_target
from dashboard.store.candidates import find
from dashboard.ui.candidate_names import names

JUNIT = b'<testsuite name="s" tests="1"><testcase classname="a" name="one" time="0.1"/></testsuite>'
A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], []),
        ([(A, "1", "staging"), (B, None, "staging")], ["1 · aaaaaaa", "bbbbbbb"]),
        ([(A, "1", None), (B, "2", None)], ["1 · aaaaaaa", "2 · bbbbbbb"]),
        ([(A, "1", "staging"), (A, "1", "production")], ["1 · aaaaaaa · staging", "1 · aaaaaaa · production"]),
        ([(A, None, "staging"), (B, "2", None)], ["aaaaaaa · staging", "2 · bbbbbbb"]),
    ],
)
def test_names_are_as_short_as_tells_them_apart(
    rows: list[tuple[str, str | None, str | None]], told: list[str]
) -> None:
    assert names(pd.DataFrame(rows, columns=["subject", "version", "environment"])) == told


def test_the_command_names_the_candidate_that_is_looked_at() -> None:
    place = replace(m.PLACE, candidate=replace(m.CANDIDATE, environment="pre prod"))
    assert place.ingest("a.xml").endswith(f"--subject {m.CANDIDATE.subject} --environment 'pre prod'")
    assert "--environment" not in replace(place, candidate=replace(m.CANDIDATE, environment=None)).ingest("a.xml")


def test_an_address_may_ask_for_the_newest_of_an_environment(
    own: Context, run_page: Callable[..., AppTest], text_of: Callable[[AppTest], str]
) -> None:
    for environment, subject in (("production", A), ("staging", A), ("staging", B)):
        target = make_target(own, project="two", subject=subject, version="1", environment=environment, run="r")
        ingest_body(own, BytesIO(JUNIT), "j.xml", target, origin="cli")
    app = run_page(own, "", project="two", newest="production")
    assert not app.exception and "newest" not in app.query_params
    chosen = find(own.store, "two", id=int("".join(app.query_params["candidate"])))
    assert (chosen.subject, chosen.environment) == (A, "production")
    offered = app.selectbox(key="cs-candidate").options
    assert offered == ["1 · bbbbbbb · staging", "1 · aaaaaaa · staging", "1 · aaaaaaa · production"]
    assert "no candidate with environment test" in text_of(run_page(own, "", project="two", newest="test"))
