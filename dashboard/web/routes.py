"""Every route of our own, for the application that serves the pages and for tests without it."""

from starlette.routing import BaseRoute

from dashboard.web import api, auth, documents
from dashboard.web.identity import Open


def all_routes(open_context: Open) -> list[BaseRoute]:
    """Give log-in, API, documents and probe."""
    return [auth.routes(open_context), *api.routes(open_context), *documents.routes(open_context)]
