"""Streamlit's bundles, compressed once and kept in memory: 9.2 MB become 2.9 MB on the wire.

Streamlit sends ``/static/*`` as it lies on disk. The names carry the hash of the content, so what is compressed
once never changes while the process runs.
"""

import gzip
import re
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

#: Folder, then a file name without separators: nothing in it can climb out of the folder.
_BUNDLE = re.compile(r"/static/(js|css)/([A-Za-z0-9_.-]+\.(?:js|css))")
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_LEVEL = 6
_YEAR = "public, max-age=31536000, immutable"


class StaticGzip:
    """Answers requests for bundles with their compressed form when the browser takes it."""

    def __init__(self, app: ASGIApp, static: Path) -> None:
        self.app = app
        self.static = static
        self.compressed: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a bundle, pass everything else on."""
        found = _BUNDLE.fullmatch(scope.get("path", "")) if scope["type"] == "http" else None
        if found is None or scope["method"] not in {"GET", "HEAD"} or not _takes_gzip(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        kind, name = found.groups()
        body = await self._bundle(kind, name)
        if body is None:
            await self.app(scope, receive, send)
            return
        headers = {"content-encoding": "gzip", "vary": "Accept-Encoding", "cache-control": _YEAR}
        answer = Response(body, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
        if scope["method"] == "HEAD":
            answer.body = b""
        await answer(scope, receive, send)

    async def _bundle(self, kind: str, name: str) -> bytes | None:
        key = f"{kind}/{name}"
        if key not in self.compressed:
            body = await to_thread.run_sync(_compress, self.static / "static" / kind / name)
            if body is None:
                return None
            self.compressed[key] = body
        return self.compressed[key]


def _compress(path: Path) -> bytes | None:
    try:
        return gzip.compress(path.read_bytes(), _LEVEL, mtime=0)
    except OSError:  # not a bundle of this version: the ordinary answer says so
        return None


def _takes_gzip(headers: Headers) -> bool:
    accepted = (part.strip().lower() for part in headers.get("accept-encoding", "").split(","))
    return any(part == "gzip" or (part.startswith("gzip;") and not part.endswith("q=0")) for part in accepted)
