"""The built web client: its files from memory, its own addresses to `index.html`, and the headers that keep it safe."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

SAFETY = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer of the web client. No script but our own files; styles inline, for the components set them so."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")

_NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>GardenOS</title>
<p>The web client is not built: run <code>make web</code> and start again. The API is at <code>/api/v1</code>.</p>"""


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    gzipped: bytes | None
    media_type: str
    etag: str
    caching: str


class WebClient:
    """Serves a folder that `vite build` made. It is read once: what is not in it cannot be asked for."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _read(path, folder)
            for path in (sorted(folder.rglob("*")) if folder.is_dir() else ())
            if path.is_file() and path.name != "ready"
        }

    @property
    def is_built(self) -> bool:
        """Whether there is a client to serve."""
        return "/index.html" in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={**SAFETY, "Allow": "GET, HEAD"})
        path: str = scope["path"]
        file = self._files.get(path)
        if file is None and path.startswith("/assets/"):
            # An old page asks for an old file: not a page, and not to be remembered.
            return Response(status_code=404, headers={**SAFETY, "Cache-Control": "no-store"})
        file = file or self._files.get("/index.html")
        if file is None:
            return HTMLResponse(_NOT_BUILT, status_code=503, headers=SAFETY)
        return _respond(file, Headers(scope=scope))


def _respond(file: _File, asked: Headers) -> Response:
    headers = {**SAFETY, "Cache-Control": file.caching, "ETag": file.etag}
    if file.gzipped is not None:
        headers["Vary"] = "Accept-Encoding"
    if file.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = file.body
    if file.gzipped is not None and "gzip" in asked.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = file.gzipped
    return Response(body, media_type=file.media_type, headers=headers)


def _read(path: Path, folder: Path) -> _File:
    body = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    media_type = "text/javascript" if path.suffix == ".js" else guessed
    gzipped = gzip.compress(body, 6, mtime=0) if media_type.startswith(_COMPRESSED) and len(body) > 1000 else None
    return _File(
        body=body,
        gzipped=gzipped,
        media_type=media_type,
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        caching=_IMMUTABLE if path.parent == folder / "assets" else "no-cache",
    )
