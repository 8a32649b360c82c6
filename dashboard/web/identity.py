"""Who asks: the session cookie looked up for every request, and handed to Streamlit in headers nobody can forge.

Streamlit freezes cookies and ``st.user`` when a tab's websocket opens, so pages look the session up again on
every run; the headers are there so that nobody can resume another person's page state by its id.
"""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.model.person import ANONYMOUS, Person
from dashboard.services.context import Context
from dashboard.services.sessions import bearer, who

SESSION_COOKIE = "countersign_session"

#: Streamlit's ``server.trustedUserHeaders``: header -> key of ``st.user``.
TRUSTED_HEADERS = {"X-Countersign-Login": "login", "X-Countersign-Role": "role"}

_PREFIX = b"x-countersign-"

#: Nobody needs to be known for these: bundles and the probe of the process.
_PUBLIC = ("/static/", "/_stcore/health", "/healthz")

Open = Callable[[], Context]


def session_token(connection: HTTPConnection) -> str:
    """Give the session token of the cookie; "" without one."""
    return connection.cookies.get(SESSION_COOKIE, "")


def visitor(scope: Scope) -> Person:
    """Give the person that ``Identity`` found for this request."""
    person = scope.get("countersign.person", ANONYMOUS)
    return person if isinstance(person, Person) else ANONYMOUS


def bearer_token(headers: Headers) -> str:
    """Give the machine token of the ``Authorization`` header; "" without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def machine(open_context: Open, headers: Headers, project: str) -> Person:
    """Give the machine that a bearer token stands for, in this project only.

    Raises:
        AccessError: slug ``token-refused``.
    """
    return await run_in_threadpool(bearer, open_context(), bearer_token(headers), project)


class Identity:
    """Finds the person behind a request; forged copies of our headers are dropped."""

    def __init__(self, app: ASGIApp, open_context: Open) -> None:
        self.app = app
        self.open_context = open_context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the person into the scope, and into the headers that Streamlit trusts."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = [pair for pair in scope["headers"] if not pair[0].lower().replace(b"_", b"-").startswith(_PREFIX)]
        person = ANONYMOUS
        token = "" if scope["path"].startswith(_PUBLIC) else session_token(HTTPConnection(scope))
        if token:
            person = await run_in_threadpool(who, self.open_context(), token)
        if person is not ANONYMOUS:
            headers += [
                (b"x-countersign-login", person.login.encode("ascii", "backslashreplace")),
                (b"x-countersign-role", person.role.encode()),
            ]
        await self.app({**scope, "headers": headers, "countersign.person": person}, receive, send)
