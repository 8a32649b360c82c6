"""The layers around pages and API, outermost first."""

from collections.abc import Sequence
from pathlib import Path

from starlette.middleware import Middleware

from dashboard.web.compression import StaticGzip
from dashboard.web.gate import Gate
from dashboard.web.headers import SecurityHeaders
from dashboard.web.identity import Identity, Open
from dashboard.web.origin import KnownHosts


def layers(open_context: Open, *, static: Path, hosts: Sequence[str]) -> list[Middleware]:
    """Give the middleware. ``static`` is the folder with Streamlit's index page; ``hosts`` are our names."""
    return [
        Middleware(SecurityHeaders, index_html=(static / "index.html").read_bytes()),
        Middleware(KnownHosts, hosts=hosts),
        Middleware(StaticGzip, static=static),
        Middleware(Identity, open_context=open_context),
        Middleware(Gate, open_context=open_context),
    ]
