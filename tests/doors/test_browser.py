"""The main ways through the pages, in a real browser, over the real server."""

import re

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

ONE_MORE = """<testsuite name="pytest" tests="1"><testcase classname="tests.late" name="test_late" time="0.01"/>
</testsuite>"""


def test_the_auditors_way(site, browse, tmp_path):
    """Read Readiness, follow a gate to its artefact, sign with conditions; one more file makes the signature stale."""
    page = browse(site, "/", login="cora")
    expect(page.get_by_text("CONDITIONAL GO").first).to_be_visible()
    expect(page.get_by_text("39.5 of 43").first).to_be_visible()
    expect(page.get_by_text("18 / 18").first).to_be_visible()

    page.get_by_role("link", name="Error rate").first.click()
    for word in ("Asks", "Passes", "Unknown", "Remedy"):
        expect(page.get_by_text(word, exact=True).first).to_be_visible()
    page.get_by_role("link", name=re.compile(r"ops\.csv")).first.click()
    raw = page.locator("a[href*='/api/v1/artefacts/']").first
    expect(raw).to_be_visible()
    digest = re.search(r"[0-9a-f]{64}", raw.get_attribute("href"))[0]
    assert httpx.get(f"{site.url}/api/v1/artefacts/{digest}").text.startswith("timestamp,metric,value")

    page.get_by_role("link", name="Sign-off").first.click()
    expect(page.get_by_text("exactly as it will be signed")).to_be_visible()
    page.talk.rest()
    page.get_by_label("Identifier", exact=True).fill("cora")
    page.get_by_label("Passphrase", exact=True).fill(site.passphrases["cora"])
    page.get_by_label("Reason").fill("Evidence read gate by gate; four warnings are covered.")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("approved with conditions").first).to_be_visible()
    expect(page.get_by_text("Evidence read gate by gate").first).to_be_visible()

    late = tmp_path / "junit-late.xml"
    late.write_text(ONE_MORE, "utf-8")
    engineer = browse(site, "/evidence", login="engineer")
    engineer.locator("input[type=file]").set_input_files(late)
    engineer.talk.rest()
    engineer.get_by_role("button", name=re.compile("Ingest|Store|Bring in")).first.click()
    expect(engineer.get_by_text(re.compile("stored")).first).to_be_visible()

    page.reload()
    expect(page.get_by_text("STALE").first).to_be_visible()


def test_a_wrong_passphrase_signs_nothing(site, browse):
    page = browse(site, "/sign-off", login="cora")
    expect(page.get_by_label("Identifier", exact=True)).to_be_visible()
    page.talk.rest()
    page.get_by_label("Identifier", exact=True).fill("cora")
    page.get_by_label("Passphrase", exact=True).fill("not the passphrase at all")
    page.get_by_label("Reason").fill("Trying.")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nobody has signed yet").first).to_be_visible()


@pytest.mark.parametrize("role", ["viewer", "engineer", "admin"])
def test_who_may_not_sign_is_told_so(shared_site, browse, role):
    page = browse(shared_site, "/sign-off", login=role)
    expect(page.get_by_text("forbids").first).to_be_visible()
    expect(page.get_by_role("button", name="Sign", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/", "/tests", "/coverage", "/performance", "/operations", "/evidence", "/sign-off"])
def test_no_page_scrolls_sideways_or_complains(shared_site, browse, path, width, scheme):
    page = browse(shared_site, path, width=width, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    page.talk.rest()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
