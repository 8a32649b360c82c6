"""Closed doors: without open reading, nobody sees anything but the log-in page until they are known."""

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.model.person import Permission, Role
from dashboard.web.identity import Open, visitor

#: Answered to everybody: log-in, probes, the bundles of the page. The API asks for itself, machines have no session.
_OPEN = ("/auth/", "/static/", "/api/", "/_stcore/health", "/healthz", "/favicon.png")

#: Figures about the process, which Streamlit shows to everybody.
_METRICS = "/_stcore/metrics"


class Gate:
    """Sends people to the log-in page, refuses machines, and keeps process figures for administrators."""

    def __init__(self, app: ASGIApp, open_context: Open) -> None:
        self.app = app
        self.open_context = open_context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer instead."""
        if scope["type"] not in {"http", "websocket"} or self._passes(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it was accepted: HTTP 403
        else:
            await _refusal(scope)(scope, receive, send)

    def _passes(self, scope: Scope) -> bool:
        path, person = scope["path"], visitor(scope)
        if path.rstrip("/").endswith(_METRICS):
            return person.may(Permission.ADMINISTER)
        if self.open_context().settings.open_reading or path.startswith(_OPEN):
            return True
        return person.role is not Role.ANONYMOUS


def _refusal(scope: Scope) -> Response:
    headers = Headers(scope=scope)
    if scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        back = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/auth/login?next={quote(back, safe='')}", status_code=303)
    answer = {"slug": "sign-in-needed", "message": "This needs somebody who is signed in.", "hint": "Sign in first."}
    return JSONResponse(answer, status_code=401, headers={"cache-control": "no-store"})
