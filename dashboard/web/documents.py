"""Documents to read, print and keep: the report of a candidate as a page of its own, and the register as a file."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.errors import UsageError
from dashboard.model.person import Permission
from dashboard.model.register import Sought
from dashboard.reports import html, register_csv
from dashboard.services import candidates
from dashboard.services.context import Context
from dashboard.services.report import report
from dashboard.web.answers import NO_STORE, translated
from dashboard.web.identity import Open, visitor

_NUMBER = re.compile(r"[0-9]{1,12}")


def routes(open_context: Open) -> list[Route]:
    """Give ``/report/<project>/<candidate>.html``."""
    documents = Documents(open_context)
    return [Route("/report/{project}/{candidate}.html", translated(documents.page), methods=["GET"])]


def asked_of(query: QueryParams) -> Sought:
    """Read what narrows the register from an address."""
    return candidates.sought({name: query.getlist(name) for name in candidates.FILTERS})


class Documents:
    """The endpoints, over one way to reach the services."""

    def __init__(self, open_context: Open) -> None:
        self._open_context = open_context

    def _reading(self, request: Request) -> Context:
        context = self._open_context().acting_as(visitor(request.scope))
        context.require(Permission.READ)
        return context

    async def page(self, request: Request) -> Response:
        """Give the report as HTML for paper; the candidate by its number, or by its subject or the start of it.

        The parameter ``environment`` is needed where the subject has a candidate for each of several.
        """
        context = self._reading(request)
        project, name = request.path_params["project"], request.path_params["candidate"]
        number = int(name) if _NUMBER.fullmatch(name) else None

        def write() -> bytes:
            return report(
                context,
                project,
                subject=name if number is None else None,
                environment=request.query_params.get("environment"),
                candidate_id=number,
                format=html.FORMAT,
            )

        body = await run_in_threadpool(write)
        headers = NO_STORE | {"content-security-policy": html.CONTENT_SECURITY_POLICY}
        return Response(body, media_type="text/html; charset=utf-8", headers=headers)

    async def register(self, request: Request) -> Response:
        """Give the register of candidates: ``format=csv`` as a file, else as JSON; narrowed like the page."""
        context = self._reading(request)
        project = request.query_params.get("project", "").strip()
        if not project:
            msg = "The parameter project is missing."
            raise UsageError(msg, slug="parameter-missing", hint="Add ?project=... to the address.")
        sought = asked_of(request.query_params)
        written = request.query_params.get("format", "json")
        if written not in ("csv", "json"):
            msg = f"The register is not written as {written[:20]!r}."
            raise UsageError(msg, slug="parameter-invalid", hint="Use format=csv or format=json.")
        found = await run_in_threadpool(candidates.register, context, project, sought, rows=1)
        entries = candidates.every(context, project, sought)
        if written == "csv":
            headers = NO_STORE | {"content-disposition": f'attachment; filename="{project}-candidates.csv"'}
            lines = (line.encode() for line in register_csv.lines(entries))
            return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

        def listed() -> dict[str, object]:
            rows = [register_csv.as_dict(entry) for entry in entries]
            return {"project": project, "population": found.population, "found": len(rows), "candidates": rows}

        return JSONResponse(await run_in_threadpool(listed), headers=NO_STORE)
