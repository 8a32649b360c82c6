"""A manager's way, in a real browser: from a badge to the decision, to what it cost, to a finding, to the file."""

import re
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

PROJECT = "genesis-rebuild"


def test_from_a_badge_to_the_artefact(shared_site, browse):
    badge = httpx.get(f"{shared_site.url}/api/badge/{PROJECT}.svg?environment=staging")
    title = ET.fromstring(badge.text).findtext("{http://www.w3.org/2000/svg}title")  # noqa: S314 - our own answer
    assert title.startswith("release: CONDITIONAL GO 9.2")

    page = browse(shared_site, f"/?project={PROJECT}")
    expect(page.get_by_text("CONDITIONAL GO").first).to_be_visible()
    page.get_by_text("Badge", exact=True).click()
    written = page.locator("[data-testid=stCode]").first
    expect(written).to_contain_text(f"{shared_site.url}/api/badge/{PROJECT}.svg?environment=staging&branch=main")
    home = written.inner_text().strip().rpartition("](")[2].rstrip(")")

    page.goto(home)
    expect(page.get_by_text("From 10 to 9.2").first).to_be_visible()
    expect(page.locator(".st-key-loss-waterfall svg.main-svg").first).to_be_visible()
    page.talk.rest()
    page.get_by_text("Point by point").click()
    losses = page.get_by_role("table", name="From 10 to the score, gate by gate")
    expect(losses.get_by_role("row")).to_have_count(7)
    expect(losses).to_contain_text("Coverage, all code")
    expect(page.get_by_text("Findings", exact=True).first).to_be_visible()

    finding = page.get_by_role("listitem").filter(has_text="17 skipped tests count as not passed")
    finding.get_by_role("link", name=re.compile(r"junit-\w+\.xml")).first.click()
    raw = page.locator("a[href*='/api/v1/artefacts/']").first
    expect(raw).to_be_visible()
    digest = re.search(r"[0-9a-f]{64}", raw.get_attribute("href"))[0]
    assert httpx.get(f"{shared_site.url}/api/v1/artefacts/{digest}").status_code == 200
    assert page.complaints == []


def test_from_readiness_to_the_printed_page(shared_site, browse):
    page = browse(shared_site, f"/?project={PROJECT}")
    expect(page.get_by_role("link", name="Print view")).to_be_visible()
    page.talk.rest()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Print view").click()
    printed = opened.value
    complaints = []
    printed.on("console", lambda message: complaints.append(message.text))
    printed.reload()
    expect(printed.get_by_role("heading", level=1)).to_have_text(re.compile("deployment report"))
    expect(printed.locator("footer")).to_contain_text(re.compile(r"log of [\d,]+ events, root [0-9a-f]{64}"))
    assert printed.evaluate("getComputedStyle(document.body).fontSize") == "13.5px"  # its style sheet is allowed
    assert printed.evaluate("document.scripts.length") == 0
    assert complaints == []


def test_the_register_is_narrowed_by_its_address_and_read_as_a_file(shared_site, browse):
    page = browse(shared_site, f"/candidates?project={PROJECT}&environment=staging")
    table = page.get_by_role("table", name="Register of candidates, newest first")
    expect(table.get_by_role("row")).to_have_count(5)
    page.talk.rest()
    with page.expect_download() as down:
        page.get_by_role("link", name="CSV of 4").click()
    lines = down.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("project,candidate,version,subject") and len(lines) == 5
    table.get_by_role("link").first.click()
    expect(page.get_by_text("CONDITIONAL GO").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_register_fits_every_screen(shared_site, browse, width, scheme):
    page = browse(shared_site, f"/candidates?project={PROJECT}", width=width, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.talk.rest()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
