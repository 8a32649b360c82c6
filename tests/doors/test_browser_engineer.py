"""An engineer's ways, in a real browser: from a failing gate to a test's history, from a flaky test to its mute."""

import contextlib
import re
import sqlite3

import pytest
from history_maker import OWNERS, usual
from playwright.sync_api import expect

from dashboard.services import mutes, owners
from dashboard.services.context import open_context
from dashboard.settings import read_settings
from dashboard.store import frames

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

#: What every page must not have: fields, pictures and links without a name, two main headings, one id for two elements.
FAULTS = """() => {
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const named = e => (e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.getAttribute("title")
    || e.getAttribute("placeholder") || (e.labels && e.labels.length) || e.textContent.trim());
  const all = (css, bad) => [...document.querySelectorAll(css)]
    .filter(e => shown(e) && bad(e)).map(e => e.outerHTML.slice(0, 160));
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  return [
    ...all("input, select, textarea, button, a[href], [role=img], [role=button]", e => !named(e)),
    ...all("table", e => !e.caption && !e.getAttribute("aria-label")),
    ...all("[data-testid=stMain] h1:not(:first-of-type)", () => true),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map(id => `id ${id} twice`),
  ];
}"""
PAGES = ("/tests", "/flaky", "/failures", "/changes", "/durations", "/case?case={case}", "/run?run={run}")


@pytest.fixture(scope="module")
def shop(demo_database, serve, tmp_path_factory):
    """Serve the demo with a second project beside it, of which a history of runs is known."""
    prepared, accounts, door = demo_database
    folder = tmp_path_factory.mktemp("shop")
    source, copy = sqlite3.connect(prepared), sqlite3.connect(folder / "shop.db")
    with contextlib.closing(source), contextlib.closing(copy):
        source.backup(copy)
    settings = read_settings({"COUNTERSIGN_HOME": str(folder)}, database_url=f"sqlite:///{folder / 'shop.db'}")
    context = open_context(settings)
    usual(context)
    owners.set_file(context, "shop", OWNERS)
    context.store.close()
    (folder / "served").mkdir()
    with serve((folder / "shop.db", accounts, door), folder / "served") as site:
        yield site


def watched(page):
    """Take what the browser complains of on its console for a complaint as well.

    Streamlit looks for its server below the page's own address first, which is not there.
    """

    def heard(said):
        if said.type == "error" and "/_stcore/" not in said.location.get("url", ""):
            page.complaints.append(said.text)

    page.on("console", heard)
    return page


def follow(page, name, **options):
    page.talk.rest()
    page.get_by_role("link", name=name, **options).first.click()


def test_from_a_failing_gate_to_the_history_of_a_test(shop, browse):
    page = watched(browse(shop, "/?project=shop"))
    expect(page.get_by_text("NO-GO").first).to_be_visible()
    follow(page, "Test pass rate")
    expect(page.get_by_text("50.00 %").first).to_be_visible()
    follow(page, "Failures by what they have in common")
    expect(page.get_by_text("2 tests failed for 2 reasons, 1 of them new.")).to_be_visible()
    groups = page.get_by_role("table", name="Groups, the largest first")
    known = groups.get_by_role("row").filter(has_text="known")
    expect(known).to_contain_text("in 4 runs")
    page.talk.rest()
    known.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"group=\d+"))
    page.talk.rest()
    page.get_by_role("table", name="Tests of the group").get_by_role("link", name="test_broken").click()
    expect(page.get_by_text("Rule B: failed in the last 4 of 24 runs").first).to_be_visible()
    strip = page.get_by_role("list", name="Outcome by run, oldest first")
    expect(strip.get_by_role("listitem")).to_have_count(24)
    expect(strip.locator(".cs-cell-failed")).to_have_count(4)
    page.get_by_text("3 changes of status").click()
    expect(page.get_by_role("table", name="Changes of status, newest first")).to_contain_text("new failure")
    page.talk.rest()
    strip.get_by_role("link").nth(20).click()
    expect(page.get_by_text("run nightly-20").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("table", name="Runs of this case")).to_contain_text("nightly-20")
    assert page.complaints == []


def test_from_a_flaky_test_to_its_mute(shop, browse):
    page = watched(browse(shop, "/flaky?project=shop", login="engineer"))
    expect(page.get_by_text("1 broken · 1 proven flaky").first).to_be_visible()
    page.talk.rest()
    page.locator(".st-key-cs-at-status").get_by_role("button", name="flaky", exact=True).click()
    expect(page).to_have_url(re.compile("status=flaky"))
    listed = page.get_by_role("table", name=re.compile("Tests by cost"))
    expect(listed.get_by_role("row")).to_have_count(2)
    expect(listed).to_contain_text("@cart-team")
    page.talk.rest()
    listed.get_by_role("link", name="test_flaky").click()
    expect(page.get_by_text("Rule F1: failed and passed on").first).to_be_visible()
    expect(page.get_by_role("table", name="Contradictions").get_by_role("row")).to_have_count(4)
    page.talk.rest()
    page.get_by_text("Mute this test").click()
    page.get_by_label("Who answers for it").fill("cart-team")
    page.get_by_label("Ticket").fill("SHOP-12")
    page.get_by_label("Why").fill("the clock of the runner")
    page.get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_text("cart-team answers for it, ticket SHOP-12").first).to_be_visible()
    expect(page.locator(".cs-lead")).to_contain_text("muted until")
    page.talk.rest()
    page.locator(".st-key-cs-family").get_by_role("link", name="Flaky").click()
    expect(page.get_by_text("; 1 muted.").first).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("Tests by cost"))).to_contain_text("muted to")
    assert page.complaints == []
    context = open_context(read_settings({}, database_url=shop.database))
    (held,) = mutes.live(context, "shop", "main")
    assert (held.created_by, held.ticket, held.name) == ("engineer", "SHOP-12", "test_flaky")
    context.store.close()


def test_a_filter_of_one_list_is_not_carried_to_another(shop, browse):
    page = watched(browse(shop, "/flaky?project=shop&status=broken"))
    expect(page.get_by_role("table", name=re.compile("Tests by cost")).get_by_role("row")).to_have_count(2)
    page.talk.rest()
    page.locator(".st-key-cs-family").get_by_role("link", name="Tests", exact=True).click()
    expect(page.get_by_text("6 results").first).to_be_visible()
    page.talk.rest()
    page.locator(".st-key-cs-at-status").get_by_role("button", name="new failure 1").click()
    expect(page.get_by_text("1 result found").first).to_be_visible()
    expect(page).to_have_url(re.compile("status=new-failure"))
    page.reload()
    expect(page.get_by_text("1 result found").first).to_be_visible()
    assert page.complaints == []


@pytest.mark.parametrize(
    "address",
    ["/changes?project=shop&before={run}&kind=newly-failing", "/failures?project=shop&run={run}",
     "/durations?project=shop&run={run}", "/flaky?project=shop&status=new-failure&owner=%40cart-team"],
)  # fmt: skip
def test_an_address_stays_what_it_was(shop, browse, address):
    context = open_context(read_settings({}, database_url=shop.database))
    older = int(frames.runs(context.store, "shop").iloc[5]["id"])
    context.store.close()
    wanted = address.format(run=older)
    page = watched(browse(shop, wanted))
    expect(page.get_by_role("heading", level=1).first).to_contain_text("nightly-18" if "{run}" in address else "main")
    page.talk.rest()
    assert wanted.partition("?")[2] in page.url
    assert page.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_everything_on_them_has_a_name(shop, browse, width, scheme):
    context = open_context(read_settings({}, database_url=shop.database))
    case = mutes.find_case(context, "shop", "test_flaky")
    context.store.close()
    page = watched(browse(shop, "/tests?project=shop", width=width, color_scheme=scheme))
    for path in PAGES:
        where = path.format(case=case, run=1)
        page.goto(f"{shop.url}{where}{'&' if '?' in where else '?'}project=shop")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        page.talk.rest()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.evaluate(FAULTS) == [], where
    assert page.complaints == []
