"""One process: Streamlit's pages with our own routes and layers around them.

``app`` is a literal assignment with absolute imports, because ``streamlit run`` finds it by reading the source.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

import dashboard.ui.pages as page_modules
from dashboard.errors import UsageError
from dashboard.model.person import ANONYMOUS
from dashboard.plugins import collect
from dashboard.services.context import Context, open_context
from dashboard.settings import Settings, read_settings
from dashboard.ui.session import serve as serve_pages
from dashboard.web.middleware import layers
from dashboard.web.origin import LOOPBACK
from dashboard.web.routes import all_routes

SCRIPT = str(Path(__file__).resolve().parent / "app.py")


@cache
def context() -> Context:
    """Give the context of this process, opened when it is first needed; nobody is signed in to it."""
    return open_context(read_settings(), ANONYMOUS)


def own_hosts(settings: Settings) -> tuple[str, ...]:
    """Give the names this server answers to."""
    public = urlsplit(settings.base_url).hostname if settings.base_url else None
    return (*LOOPBACK, *((public,) if public else ()), *settings.allowed_hosts)


def static_folder() -> Path:
    """Find Streamlit's index page and bundles."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        msg = "Streamlit is missing from this installation."
        raise UsageError(msg, slug="installation-incomplete", hint="Install countersign again.")
    return Path(spec.origin).parent / "static"


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load everything before the first visitor, and take it out of the garbage collector's sight.

    Streamlit collects garbage after every run of every page; with all libraries loaded that costs 100 ms each
    time, and 8 ms once they are frozen.
    """
    serve_pages(context())
    collect(page_modules, "PAGE")
    gc.collect()
    gc.freeze()
    yield
    context().store.close()


app = st.App(
    SCRIPT,
    routes=all_routes(context),
    middleware=layers(context, static=static_folder(), hosts=own_hosts(read_settings())),
    lifespan=lifespan,
)
