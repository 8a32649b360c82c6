"""Where a request comes from: which hosts are ours, and whether a change was asked for by our own pages.

Streamlit guards only its own upload route, so every route of ours that changes something asks here first.
SameSite cookies are the first line; this is the second.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def host_name(host: str) -> str | None:
    """Give the name in a ``Host`` header, lower-case and without port; ``None`` when it is not one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises when it is not a number
    except ValueError:
        return None
    if parts.netloc != host or parts.username is not None or any(c.isspace() for c in host):
        return None
    return parts.hostname.rstrip(".") if parts.hostname else None


def is_loopback(host: str) -> bool:
    """Say whether an address to bind to can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def from_our_pages(headers: Headers) -> bool:
    """Say whether a request that changes something was sent by a page of this very site.

    Browsers say so in ``Sec-Fetch-Site``; older ones send ``Origin``. A request with neither is not a page's.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        return site == "same-origin" and origin != "null"
    if not origin or not urlsplit(origin).netloc:
        return False
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


class KnownHosts:
    """Refuses requests for a name that is not ours: a foreign name pointed at this machine must read nothing.

    ``hosts`` may hold ``*`` for any.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        asked = scope["type"] in {"http", "websocket"} and "*" not in self.hosts
        if not asked or host_name(Headers(scope=scope).get("host", "")) in self.hosts:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            text = "This server does not answer under that name. Set COUNTERSIGN_ALLOWED_HOSTS or COUNTERSIGN_BASE_URL."
            await PlainTextResponse(text, status_code=421)(scope, receive, send)
