"""The policy's page: read by everybody, edited with a preview, changed by two, and never fooled by a name."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.person import Person, Role
from dashboard.policy.load import default_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store import policies as stored

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
MARA = Person(71, "mara", "Mara", Role.MANAGER)
ALEX = Person(72, "alex", "Alex", Role.ADMIN)
VIEWER = Person(73, "vi", "Vi", Role.VIEWER)
PROJECT = "genesis-rebuild"
WHY = "Coverage is <b>asked</b> as the report does"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in {"br", "hr", "img", "wbr", "meta", "link", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def tags(app: AppTest) -> set[str]:
    parser = _Tags()
    for element in app.get("html"):
        if not element.proto.body.startswith("<style>"):
            parser.feed(element.proto.body)
    assert parser.open == []
    return parser.seen


def place(context: Context) -> dict[str, object]:
    return {"project": PROJECT, "candidate": int(frames.candidates(context.store, PROJECT, limit=1).iloc[0]["id"])}


def in_force(context: Context) -> str:
    return policies.current_text(context, PROJECT)


def looser(context: Context) -> str:
    return in_force(context).replace('pass = ">= 80 %"', 'pass = ">= 65 %"')


def editor(app: AppTest) -> object:
    return next(area for area in app.text_area if area.key.startswith("policy-text-"))


def press(app: AppTest, label: str) -> AppTest:
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception
    return app


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))


def test_every_gate_is_there_in_words(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "policy", **place(demo))
    assert not app.exception
    tags(app)
    text = plain(text_of(app))
    assert "18 gates, 6 of them key, 43 points in all. GO from a score of 9.0, NO-GO below 7.5." in text
    assert "How much of the code do the tests run at all?" in text and "gates not asked" in text
    assert "latency_p95 &gt; 500 ms in every sample of 5m" in text
    assert "Sign in as a manager" in text and not app.text_area
    assert "against the default" in text


def test_a_viewer_reads_and_an_editor_edits(demo: Context, run_page: Run, text_of: Text) -> None:
    viewer = run_page(demo, "policy", VIEWER, **place(demo))
    assert "Vi has the role viewer; managers and administrators propose changes." in text_of(viewer)
    assert not viewer.text_area and not [b for b in viewer.button if b.label == "Propose the change"]
    assert editor(run_page(demo, "policy", MARA, **place(demo)))


def test_a_wrong_text_names_its_line_and_cannot_be_proposed(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "policy", MARA, **place(demo))
    text = in_force(demo)
    line = text[: text.index('id = "tests.flaky"')].count("\n") + 1
    for wrong, says in (
        (text.replace('id = "tests.flaky"', 'id = "<img src=x>"'), f"Line {line} of the policy: `<img src=x>` is not"),
        (text.replace("[decision]", "[decision"), "not well-formed TOML"),
        ("", "`name` is missing"),
    ):
        editor(app).set_value(wrong).run()  # type: ignore[attr-defined]
        assert not app.exception
        assert "img" not in tags(app)
        assert says.replace("<", "&lt;").replace(">", "&gt;") in text_of(app)
        assert not [b for b in app.button if b.label == "Propose the change"]


def test_a_change_is_previewed_on_the_candidate(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "policy", MARA, **place(demo))
    editor(app).set_value(looser(demo).replace('minimum = "24h"', 'minimum = "480h"')).run()  # type: ignore[attr-defined]
    assert not app.exception
    tags(app)
    text = plain(text_of(app))
    assert "1 looser, 1 stricter." in text
    assert "looser coverage.total pass ≥ 80 % → ≥ 65 %" in text
    assert "The decision changes. 1 gate comes out otherwise." in text
    assert "39.5 of 43" in text and "40.5 of 43" in text and "NO-GO" in text
    assert "would be found" in text, "the soak is shorter than the other policy demands"
    assert policies.proposals(demo, PROJECT) == ()


def test_proposed_by_one_and_approved_by_another(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "policy", MARA, **place(own))
    text = looser(own)
    editor(app).set_value(text).run()  # type: ignore[attr-defined]
    app.text_input(key="policy-reason").set_value(WHY)
    press(app, "Propose the change")
    said = text_of(app)
    assert "Waiting for a second person" in said and "&lt;b&gt;asked&lt;/b&gt;" in said and "b" not in tags(app)
    assert "It is your own" in said
    labels = {b.label for b in app.button}
    assert "Withdraw" in labels and not labels & {"Approve", "Reject"}

    other = run_page(own, "policy", ALEX, **place(own))
    assert {"Approve", "Reject"} <= {b.label for b in other.button}
    other = press(other, "Approve")
    assert in_force(own) == text
    assert "65 %" in text_of(other) and "mara" in text_of(other) and "alex" in text_of(other)
    assert not [b for b in other.button if b.label == "Approve"]
    newest = policies.history(own, PROJECT)[0]
    assert (newest.by, newest.approved_by, newest.reason) == ("mara", "alex", WHY)


def test_a_rejection_needs_a_reason_and_a_stranger_sees_no_buttons(own: Context, run_page: Run, text_of: Text) -> None:
    policies.propose(own.acting_as(MARA), PROJECT, looser(own), WHY)
    seen = run_page(own, "policy", VIEWER, **place(own))
    assert "Waiting for a second person" in text_of(seen)
    assert not {b.label for b in seen.button} & {"Approve", "Reject", "Withdraw"}
    app = press(run_page(own, "policy", ALEX, **place(own)), "Reject")
    assert "refused" in text_of(app) and "Say why" in text_of(app)
    app.text_input(key="note-1").set_value("Not now")
    app = press(app, "Reject")
    assert "rejected" in text_of(app) and "Not now" in text_of(app)
    assert "Waiting for a second person" not in text_of(app)


def test_the_history_compares_by_address(own: Context, run_page: Run, text_of: Text) -> None:
    made = policies.propose(own.acting_as(MARA), PROJECT, looser(own), WHY)
    policies.approve(own.acting_as(ALEX), made.id)
    app = run_page(own, "policy", **place(own))
    old, new = made.base_digest, made.digest
    assert f"from={old}&amp;to={new}" in text_of(app)
    shown = plain(text_of(run_page(own, "policy", **place(own), **{"from": old, "to": new})))
    assert "1 looser." in shown and "+pass = &quot;&gt;= 65 %&quot;" in shown
    wrong = run_page(own, "policy", **place(own), **{"from": "<img src=x onerror=y>", "to": new})
    assert not wrong.exception and "img" not in tags(wrong)
    assert "policy version of" in text_of(wrong) and "refused" in text_of(wrong)


def test_no_own_policy_no_candidate_and_hostile_names(
    hostile: Context, nothing: Context, run_page: Run, text_of: Text, evil: str
) -> None:
    app = run_page(hostile, "policy", Person(1, evil, evil, Role.MANAGER))
    assert not app.exception
    assert not tags(app) & {"img", "script"}
    text = text_of(app)
    assert "the default policy, which nobody has changed here" in text and "No own policy" in text
    editor(app).set_value(default_text().replace("release-readiness", evil.replace('"', "'"))).run()  # type: ignore[attr-defined]
    assert not app.exception and not tags(app) & {"img", "script"}
    assert not run_page(nothing, "policy").exception


def test_a_stored_policy_that_is_not_understood_is_replaced(own: Context, run_page: Run, text_of: Text) -> None:
    broken = in_force(own) + "[from_the_future]\n"
    stored.set(own.store, PROJECT, broken, "0" * 64, "operator:root", datetime(2025, 10, 18, tzinfo=UTC))
    app = run_page(own, "policy", MARA, **place(own))
    assert not app.exception
    assert "Nothing can be judged" in text_of(app) and "from_the_future" in text_of(app)
    editor(app).set_value(broken.replace("[from_the_future]\n", "# mended\n")).run()  # type: ignore[attr-defined]
    app.text_input(key="policy-reason").set_value("Mend it")
    assert "refused" not in text_of(press(app, "Propose the change"))
    assert policies.proposals(own, PROJECT, waiting=True)


@pytest.mark.parametrize("version", [2, 10**9])
def test_a_policy_of_another_size(own: Context, run_page: Run, text_of: Text, version: int) -> None:
    small = in_force(own).split("[[gate]]")[0].replace("version = 1", f"version = {version}")
    stored.set(own.store, PROJECT, small, "1" * 64, "operator:root", datetime(2025, 10, 18, tzinfo=UTC))
    app = run_page(own, "policy", MARA, **place(own))
    assert not app.exception
    assert "It asks nothing, so nothing is proved" in text_of(app) and "No gates" in text_of(app)
