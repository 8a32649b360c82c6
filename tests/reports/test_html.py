"""The report for paper: the words of the Markdown, no script, nothing from elsewhere, a hostile name stays a name."""

import base64
import hashlib
import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from evidence_maker import candidate, conditions, reference
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.statement import SignOff, SignOffState, Standing, StatementKind
from dashboard.reports import _markup as md
from dashboard.reports import markdown
from dashboard.reports._blocks import blocks, inline
from dashboard.reports.dossier import Dossier
from dashboard.reports.html import CONTENT_SECURITY_POLICY, STYLE, render
from dashboard.services.evaluate import judge

EVIL = "<img src=x onerror=alert(1)>\"'&lt; **bold** `code` | # - 1. \\ [x](javascript:y) \u202e"
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "div", "svg", "path", "b", "span", "main", "footer"),
    *("h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "code"),
}


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "path"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "path":
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    seen = Seen()
    seen.feed(page.decode())
    assert seen.open == [] and seen.tags <= KNOWN
    assert not [name for name in seen.attributes if name.startswith("on") or name in {"src", "href"}]
    return seen


def dossier(**change):
    evidence = reference(**change)
    evaluation = judge(evidence, conditions(), at=evidence.as_of)
    return Dossier(evaluation, evidence, log_size=1234, log_root="ab" * 32)


def test_it_tells_what_the_markdown_tells():
    made = dossier()
    seen = read(render(made))
    plain = " ".join("".join(seen.text).split())
    for line in markdown.render(made).decode().splitlines():
        if line.startswith("#"):
            assert line.lstrip("# ") in plain
    for words in ("CONDITIONAL GO", "39.5 of 43", "18 of 18 gates measured", "98.28 %", "1,026 of 1,044"):
        assert words in plain
    assert plain.count("log of 1,234 events, root " + "ab" * 32) == 1


def test_it_needs_nothing_from_elsewhere_and_runs_nothing():
    page = render(dossier()).decode()
    assert not re.search(r"<script|@import|url\(|javascript:", page)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert f"<style>{STYLE}</style>" in page
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY and "unsafe" not in CONTENT_SECURITY_POLICY


def test_a_hostile_name_stays_a_name():
    evidence = reference()
    evidence = replace(evidence, candidate=replace(candidate(), project_name=EVIL, version=EVIL, environment=EVIL))
    evaluation = judge(evidence, conditions(), at=evidence.as_of)
    signed = SignOff(
        1, 1, StatementKind.REJECT, "review", evaluation.id, 1, "l", EVIL, "auditor", "NO-GO", EVIL, EVIL,
        evaluation.as_of, "+00:00", None, "ab" * 32, "", "key", 3, SignOffState.REJECTED, EVIL, verified=True,
    )  # fmt: skip
    standing = Standing(SignOffState.REJECTED, EVIL, {}, {"auditor": 1})
    seen = read(render(Dossier(evaluation, evidence, (signed,), standing, 3, "ab" * 32)))
    assert "<img src=x onerror=alert(1)>" in "".join(seen.text)


@given(st.text(max_size=60))
def test_any_text_comes_back_as_it_was_written(text):
    written = inline(md.text(text))
    assert "<" not in written
    cleaned = html.unescape(written)
    allowed = text.encode("utf-8", "replace").decode().translate(md._SPACES).strip()
    assert cleaned == allowed


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (["# A", "", "text"], "<h1>A</h1>\n<p>text</p>"),
        (["- a", "- **b**"], "<ul><li>a</li><li><strong>b</strong></li></ul>"),
        (["1. a", "2. b"], "<ol><li>a</li><li>b</li></ol>"),
        (["**never closed"], "<p><strong>never closed</strong></p>"),
        (["a `x<y` b"], "<p>a <code>x&lt;y</code> b</p>"),
        (
            ["| A | n |", "|---|---:|", "| x\\|y | 1 |"],
            ('<table><thead><tr><th>A</th><th class="r">n</th></tr></thead>'
            '<tbody><tr><td>x|y</td><td class="r">1</td></tr></tbody></table>'),
        ),
        ([f"| `{'a' * 64}` |", "|---|"], (f'<table><thead><tr><th class="d"><code>{"a" * 64}</code></th></tr></thead>'
         "<tbody></tbody></table>")),
    ],
)  # fmt: skip
def test_the_subset_of_markdown(lines, written):
    assert blocks(lines) == written
