"""Errors as HTTP answers, translated here and nowhere else in the API."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboard.errors import (
    AccessError,
    ArtefactError,
    ConflictError,
    CountersignError,
    LimitError,
    NotFoundError,
    PolicyError,
    StoreError,
    UsageError,
)

Endpoint = Callable[[Request], Awaitable[Response]]

NO_STORE = {"cache-control": "no-store"}

#: Slugs of an ``AccessError`` that say "not known" rather than "not allowed".
_UNKNOWN = frozenset({"sign-in-needed", "sign-in-refused", "token-refused"})

#: First match wins, so a class stands before its parents.
_STATUS: tuple[tuple[type[CountersignError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (LimitError, 413),
    (ArtefactError, 422),
    (PolicyError, 422),
    (UsageError, 422),
    (StoreError, 503),
)


def status_of(error: CountersignError) -> int:
    """Give the HTTP status for an error."""
    if isinstance(error, AccessError):
        return 401 if error.slug in _UNKNOWN else 403
    if error.slug == "store-full":
        return 507
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def refusal(error: CountersignError) -> JSONResponse:
    """Give the answer that says what is wrong and what to do: slug, message, hint."""
    status = status_of(error)
    headers = NO_STORE | ({"www-authenticate": "Bearer"} if status == 401 else {})
    return JSONResponse(error.as_dict(), status_code=status, headers=headers)


def translated(endpoint: Endpoint) -> Endpoint:
    """Turn the errors a user can meet into answers; anything else is a bug and stays one."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except CountersignError as error:
            return refusal(error)

    return answer
