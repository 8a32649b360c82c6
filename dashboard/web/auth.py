"""Log-in and log-out: a form, a session in the store, a cookie that scripts cannot read."""

from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from dashboard.errors import AccessError
from dashboard.model.person import Role
from dashboard.services.sessions import log_in, log_out
from dashboard.web.identity import SESSION_COOKIE, Open, session_token, visitor
from dashboard.web.origin import from_our_pages
from dashboard.web.pages import login_page, logout_page

MAX_FORM_BYTES = 8 * 1024

#: Passphrase checks at once: each costs 19 MiB and a core for a moment, and anybody can ask for one.
CHECKS_AT_ONCE = 2

_NO_STORE = {"cache-control": "no-store"}
_ELSEWHERE = "This request did not come from a page of this server, so nothing was done. Open the page and try again."


def local_path(target: str) -> str:
    """Give ``target`` where it is a path of this server, and ``/`` where it could lead elsewhere.

    Browsers read a backslash as a slash and drop control characters, so both are refused.
    """
    if not target.startswith("/") or target.startswith(("//", "/auth/")) or "\\" in target or len(target) > 2000:
        return "/"
    if any(ord(character) <= 0x20 or ord(character) == 0x7F for character in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


def is_https(request: Request) -> bool:
    """Say whether the browser speaks TLS, to us or to a proxy before us.

    The header needs no trust here: whoever forges it only keeps their own cookie off plain HTTP.
    """
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return "https" in {forwarded, request.url.scheme}


async def form_fields(request: Request) -> dict[str, str]:
    """Read a small urlencoded form; an oversized or malformed one gives no fields."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10, strict_parsing=False)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def routes(open_context: Open) -> Mount:
    """Give ``/auth``."""
    limiter = CapacityLimiter(CHECKS_AT_ONCE)

    async def show(request: Request) -> Response:
        target = local_path(request.query_params.get("next", "/"))
        if visitor(request.scope).role is not Role.ANONYMOUS:
            return RedirectResponse(target, status_code=303, headers=_NO_STORE)
        signed_out = "signed_out" in request.query_params
        return HTMLResponse(login_page(next_path=target, signed_out=signed_out), headers=_NO_STORE)

    async def enter(request: Request) -> Response:
        if not from_our_pages(request.headers):
            return PlainTextResponse(_ELSEWHERE, status_code=403)
        fields = await form_fields(request)
        login, target = fields.get("login", "").strip(), local_path(fields.get("next", "/"))
        context = open_context()
        try:
            token, _ = await to_thread.run_sync(log_in, context, login, fields.get("passphrase", ""), limiter=limiter)
        except AccessError as error:
            page = login_page(next_path=target, login=login[:64], error=(str(error), error.hint))
            return HTMLResponse(page, status_code=401, headers=_NO_STORE)
        answer = RedirectResponse(target, status_code=303, headers=_NO_STORE)
        answer.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=context.settings.session_hours * 3600,
            path="/",
            httponly=True,
            samesite="lax",
            secure=is_https(request),
        )
        return answer

    async def ask(request: Request) -> Response:
        person = visitor(request.scope)
        if person.role is Role.ANONYMOUS:
            return RedirectResponse("/auth/login", status_code=303, headers=_NO_STORE)
        return HTMLResponse(logout_page(name=person.name, role=str(person.role)), headers=_NO_STORE)

    async def leave(request: Request) -> Response:
        if not from_our_pages(request.headers):
            return PlainTextResponse(_ELSEWHERE, status_code=403)
        await to_thread.run_sync(log_out, open_context(), session_token(request))
        answer = RedirectResponse("/auth/login?signed_out=1", status_code=303, headers=_NO_STORE)
        answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    return Mount(
        "/auth",
        routes=[
            Route("/login", show, methods=["GET"]),
            Route("/login", enter, methods=["POST"]),
            Route("/logout", ask, methods=["GET"]),
            Route("/logout", leave, methods=["POST"]),
        ],
    )
