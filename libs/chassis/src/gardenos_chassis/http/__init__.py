"""The ASGI app all services share: problems, paging, ETags, idempotency keys, health."""

from gardenos_chassis.http.dependencies import OwnWriter, Reader, Reading, Writer, Writing, caller, repository
from gardenos_chassis.http.responses import etag, json_response

__all__ = ["OwnWriter", "Reader", "Reading", "Writer", "Writing", "caller", "etag", "json_response", "repository"]
