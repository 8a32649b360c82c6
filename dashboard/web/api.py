"""The API for machines and for what is too large for a page: one mount, JSON answers, bodies as streams."""

import json
import re
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from dashboard.errors import AccessError, LimitError, NotFoundError, UsageError
from dashboard.model.person import Permission
from dashboard.services.context import Context
from dashboard.services.evaluate import as_dict, evaluate
from dashboard.services.ingest import ingest_stream, make_target, moment_of, slug_of
from dashboard.services.report import report
from dashboard.store import artefacts, frames
from dashboard.web.answers import NO_STORE, translated
from dashboard.web.badge import Badges
from dashboard.web.documents import Documents
from dashboard.web.identity import Open, bearer_token, machine, visitor
from dashboard.web.origin import from_our_pages

_SHA256 = re.compile(r"[0-9a-f]{64}")


def routes(open_context: Open) -> list[Route | Mount]:
    """Give ``/api`` and ``/healthz``."""
    api = _Api(open_context)
    inside = (
        ("/v1/projects", api.projects, ["GET"]),
        ("/v1/evaluation", api.evaluation, ["GET"]),
        ("/v1/evidence", api.evidence, ["PUT", "POST"]),
        ("/v1/artefacts/{sha256}", api.artefact, ["GET"]),
        ("/v1/report", api.report, ["GET"]),
        ("/v1/candidates", Documents(open_context).register, ["GET"]),
        ("/badge/{project}.svg", Badges(open_context), ["GET"]),
    )
    mounted = [Route(path, translated(endpoint), methods=methods) for path, endpoint, methods in inside]
    return [Mount("/api", routes=mounted), Route("/healthz", api.health, methods=["GET"])]


class _Api:
    """The endpoints, over one way to reach the services."""

    def __init__(self, open_context: Open) -> None:
        self.open_context = open_context

    def _reading(self, request: Request) -> Context:
        """Give the context of the visitor, who must be allowed to read. Machine tokens may only ingest."""
        context = self.open_context().acting_as(visitor(request.scope))
        context.require(Permission.READ)
        return context

    async def projects(self, request: Request) -> Response:
        """List the projects."""
        context = self._reading(request)
        found = await run_in_threadpool(frames.projects, context.store)
        rows = json.loads(found.to_json(orient="records", date_format="iso", date_unit="s"))
        return JSONResponse({"projects": rows}, headers=NO_STORE)

    async def evaluation(self, request: Request) -> Response:
        """Judge a candidate now, as ``countersign evaluate --json`` does."""
        context = self._reading(request)
        asked = request.query_params

        def judge() -> dict[str, Any]:
            found = evaluate(
                context,
                _needed(request, "project"),
                subject=asked.get("subject"),
                version=asked.get("version"),
                environment=asked.get("environment"),
                without=tuple(asked.getlist("without")),
            )
            return as_dict(found)

        return JSONResponse(await run_in_threadpool(judge), headers=NO_STORE)

    async def evidence(self, request: Request) -> Response:
        """Take one evidence file or archive as the raw body of the request; it is spooled, never held in memory."""
        project = _needed(request, "project")
        context = self.open_context()
        if bearer_token(request.headers):
            context = context.acting_as(await machine(self.open_context, request.headers, slug_of(project)))
        elif not from_our_pages(request.headers):
            msg = "This upload carries no token and did not come from a page of this server."
            raise AccessError(msg, slug="sign-in-needed", hint="Send `Authorization: Bearer` with a project token.")
        else:
            context = context.acting_as(visitor(request.scope))
        context.require(Permission.INGEST)
        limit = context.settings.max_artefact_bytes
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise _too_large(limit)
        asked = request.query_params

        def place() -> Any:
            return make_target(
                context,
                project=project,
                subject=asked.get("subject"),
                branch=asked.get("branch"),
                version=asked.get("version"),
                environment=asked.get("environment"),
                run=asked.get("run"),
                started_at=moment_of(asked.get("started_at"), "started_at"),
                as_of=moment_of(asked.get("as_of"), "as_of"),
            )

        target = await run_in_threadpool(place)
        intake = await ingest_stream(context, request.stream(), asked.get("name") or "upload", target)
        answer = intake.as_dict()
        status_code = {"stored": 201, "duplicate": 200}.get(answer["status"], 422)
        return JSONResponse(answer, status_code=status_code, headers=NO_STORE)

    async def artefact(self, request: Request) -> Response:
        """Give the raw bytes of a stored file back, as a download and never as a page."""
        context = self._reading(request)
        sha256 = request.path_params["sha256"]
        if not _SHA256.fullmatch(sha256):
            msg = "An artefact is named by its sha256: 64 hexadecimal digits, lower-case."
            raise NotFoundError(msg, slug="artefact-not-found", hint="Copy the digest from the Evidence page.")
        found = await run_in_threadpool(artefacts.find, context.store, sha256)
        name = str(found["name"]).replace("\\", "/").rpartition("/")[2] or sha256
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "content-length": str(found["size"]),
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=31536000, immutable",
            "etag": f'"{sha256}"',
        }
        body = artefacts.read(context.store, sha256)
        return StreamingResponse(body, media_type="application/octet-stream", headers=headers)

    async def report(self, request: Request) -> Response:
        """Give the deployment report as Markdown."""
        context = self._reading(request)
        asked = request.query_params
        project = _needed(request, "project")

        def write() -> bytes:
            return report(
                context,
                project,
                subject=asked.get("subject"),
                version=asked.get("version"),
                environment=asked.get("environment"),
            )

        body = await run_in_threadpool(write)
        return Response(body, media_type="text/markdown; charset=utf-8", headers=NO_STORE)

    async def health(self, _: Request) -> Response:
        """Say whether process and store answer."""
        try:
            await run_in_threadpool(frames.projects, self.open_context().store)
        except Exception:  # noqa: BLE001 - a probe reports whatever is wrong, without saying what to strangers
            return JSONResponse({"status": "fail"}, status_code=503, headers=NO_STORE)
        return JSONResponse({"status": "pass"}, headers=NO_STORE)


def _needed(request: Request, name: str) -> str:
    value = request.query_params.get(name, "").strip()
    if not value:
        msg = f"The parameter {name} is missing."
        raise UsageError(msg, slug="parameter-missing", hint=f"Add ?{name}=... to the address.")
    return value


def _too_large(limit: int) -> LimitError:
    msg = f"The file is larger than {limit // (1024 * 1024):,} MiB."
    hint = "Split the report, or raise COUNTERSIGN_MAX_ARTEFACT_MIB on the server."
    return LimitError(msg, slug="too-large", hint=hint)
