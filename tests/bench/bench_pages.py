"""What pages cost, beside an empty Streamlit page of the same run: ``python tests/bench/bench_pages.py``, on demand.

Server times are whole reruns of a page in this process (data, figures and messages), cold and with the store
unchanged. Browser times are medians in headless Chromium; what Streamlit itself costs is measured on an empty page
and taken off. Bytes are those of the websocket before its own compression. Give ``--db`` for a store of your own.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import streamlit as st
from playwright import sync_api
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.model.person import ANONYMOUS
from dashboard.services.context import Context, open_context
from dashboard.services.demo import prepare
from dashboard.settings import read_settings
from dashboard.ui import session
from dashboard.ui.shell import all_pages, in_bar

GOAL_RERUN_MS, GOAL_WIDGET_S, GOAL_SWITCH_S, GOAL_LOAD_S, GOAL_BYTES = 60.0, 0.3, 0.4, 2.5, 100_000.0

SCRIPT = """
import time
import streamlit as st
from dashboard.ui.shell import main
begun = time.perf_counter()
main()
st.session_state["bench-took"] = time.perf_counter() - begun
"""
EMPTY = """
import streamlit as st
def one():
    st.html("<h1>one</h1>")
    st.segmented_control("Which", ["a", "b"], default="a")
def two():
    st.html("<h1>two</h1>")
first, second = st.Page(one, default=True), st.Page(two)
chosen = st.navigation([first, second], position="hidden")
st.page_link(first, label="One")
st.page_link(second, label="Two")
chosen.run()
"""
#: Page -> what is clicked on it, by the role of the element and its name.
WIDGETS = {
    "": ("button", "coverage"),
    "tests": ("button", "skipped"),
    "coverage": ("radio", "name"),
    "evidence": ("radio", "project"),
}  # fmt: skip
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def judged(what: str, found: float, goal: float, unit: str) -> None:
    """Print a figure beside its goal."""
    say(f"{'ok  ' if found <= goal else 'OVER'} {what}: {found:,.2f} {unit} (goal {goal:,g})")


def bench_server(context: Context, times: int) -> None:
    """Time whole reruns of every page of the bar, signed out."""
    session.serve(context.acting_as(ANONYMOUS))
    session.token = str  # AppTest has no cookies
    for page in all_pages():
        if not in_bar(page):
            continue
        st.cache_resource.clear()
        app = AppTest.from_string(SCRIPT, default_timeout=120)
        app._page_hash = calc_hash(page.slug)  # the only way to a page that is a function
        took = []
        for _ in range(times + 1):
            app.run()
            took.append(float(app.session_state["bench-took"]) * 1000)
        judged(f"rerun of {page.title}, first {took[0]:.0f} ms", statistics.median(took[1:]), GOAL_RERUN_MS, "ms")


class Socket:
    """Counts what goes over a page's websocket, so that waiting never reads a stale screen."""

    def __init__(self, page: sync_api.Page) -> None:
        self.page, self.asked, self.done, self.bytes = page, 0, 0, 0
        page.on("websocket", self._opened)

    def _opened(self, ws: sync_api.WebSocket) -> None:
        self.asked = self.done = 0
        ws.on("framesent", self._sent)
        ws.on("framereceived", self._received)

    def _sent(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            self.asked += BackMsg.FromString(payload).WhichOneof("type") == "rerun_script"

    def _received(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            self.bytes += len(payload)
            self.done += len(payload) < 2048 and ForwardMsg.FromString(payload).WhichOneof("type") == "script_finished"

    def act(self, do: Callable[[], object]) -> tuple[float, int]:
        """Do something and wait until it is drawn; gives seconds and bytes received."""
        asked, before, begun = self.asked, self.bytes, time.perf_counter()
        do()
        return self.settled(asked, begun), self.bytes - before

    def settled(self, asked: int, begun: float) -> float:
        """Wait for the end of the run that was asked for, and for the paint after it."""
        while not (self.asked > asked and self.done >= self.asked):
            self.page.wait_for_timeout(5)
            if time.perf_counter() - begun > 60:
                msg = "the page did not come to rest"
                raise TimeoutError(msg)
        unfinished = self.page.locator("[data-stale=true], [data-testid=stSkeleton]")
        while unfinished.count():
            self.page.wait_for_timeout(5)
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return time.perf_counter() - begun


def opened(browser: sync_api.Browser, url: str) -> tuple[Socket, float]:
    """Open an address in a browser without a cache; gives the seconds until it was drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    counted = Socket(page)
    begun = time.perf_counter()
    page.goto(url)
    page.locator("h1").first.wait_for()
    return counted, counted.settled(0, begun)


def bench_browser(browser: sync_api.Browser, url: str, empty: str, times: int) -> None:
    """Time cold loads, switches of page and changes of widgets, beside the empty page."""
    slugs = [page.slug for page in all_pages() if in_bar(page)]
    titles = {page.slug: page.title for page in all_pages()}
    bare_load, bare_switch, bare_widget = _bare(browser, empty, times)
    say(f"     empty page: load {bare_load:.2f} s, switch {bare_switch:.2f} s, widget {bare_widget:.2f} s")
    for slug in slugs:
        load = statistics.median(_closed(*opened(browser, f"{url}/{slug}")) for _ in range(times))
        judged(f"cold load of {titles[slug]}", load, GOAL_LOAD_S, "s")
    counted, _ = opened(browser, url)
    page, switches = counted.page, dict[str, list[float]]()
    for _ in range(times):
        for slug in [*slugs[1:], ""]:
            link = page.locator(".st-key-cs-nav").get_by_role("link", name=titles[slug], exact=True)
            switches.setdefault(slug, []).append(counted.act(link.click)[0])
    for slug in slugs:
        judged(f"switch to {titles[slug]}, more", statistics.median(switches[slug]) - bare_switch, GOAL_SWITCH_S, "s")
    page.context.close()
    for slug, (role, name) in WIDGETS.items():
        counted, _ = opened(browser, f"{url}/{slug}")
        took = [counted.act(_clicks(counted.page, role, name, turn)) for turn in range(times)]
        judged(
            f"widget on {titles[slug]}, more", statistics.median(t for t, _ in took) - bare_widget, GOAL_WIDGET_S, "s"
        )
        judged(f"widget on {titles[slug]}", statistics.median(b for _, b in took), GOAL_BYTES, "bytes")
        counted.page.context.close()


def _bare(browser: sync_api.Browser, url: str, times: int) -> tuple[float, float, float]:
    load = statistics.median(_closed(*opened(browser, url)) for _ in range(times))
    counted, _ = opened(browser, url)
    widget = statistics.median(counted.act(_clicks(counted.page, "radio", "b", n, "a"))[0] for n in range(times))
    names = ("Two", "One") * times
    switch = statistics.median(counted.act(counted.page.get_by_role("link", name=n).click)[0] for n in names)
    counted.page.context.close()
    return load, switch, widget


def _clicks(page: sync_api.Page, role: str, name: str, turn: int, back: str = "") -> Callable[[], object]:
    """Give a click; a choice of one is changed back by clicking another, a pill by clicking it again."""
    others = {"name": "most missed", "project": "candidate"}
    chosen = name if role == "button" or turn % 2 == 0 else back or others[name]
    found = page.get_by_role(role, name=chosen, exact=True).first  # type: ignore[arg-type]
    return lambda: found.click(force=True)


def _closed(counted: Socket, took: float) -> float:
    counted.page.context.close()
    return took


@contextmanager
def serving(*command: str, port: int, **variables: str) -> Iterator[str]:
    """Run a server until it answers, and end it afterwards."""
    server = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urlopen(url, timeout=2).close()  # our own server
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Run all of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--db", help="database to look at; without one, the demo is prepared")
    asked.add_argument("--times", type=int, default=5, help="how often each is measured")
    options = asked.parse_args()
    with TemporaryDirectory() as made:
        database = options.db or f"sqlite:///{made}/demo.db"
        context = open_context(read_settings({"COUNTERSIGN_HOME": made}, database_url=database))
        if options.db is None:
            prepare(context)
        bench_server(context, options.times)
        context.store.close()
        script = Path(made) / "empty.py"
        script.write_text(EMPTY, "utf-8")
        ours, theirs = free_port(), free_port()
        bare = ("streamlit", "run", str(script), "--server.port", str(theirs), "--server.headless", "true")
        with (
            serving(
                "dashboard", "serve", "--port", str(ours), "--db", database, port=ours, COUNTERSIGN_HOME=made
            ) as url,
            serving(*bare, port=theirs) as empty,
            sync_api.sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=which("chromium"), args=list(QUIET))
            bench_browser(browser, url, empty, options.times)
            browser.close()


if __name__ == "__main__":
    main()
