"""ElevenLabs' refusals, as it words them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return an error as the vendor words it."""
    return JSONResponse({"detail": {"status": code, "message": message}}, status, headers)


def invalid(field: str, message: str) -> Response:
    """Return what the vendor's validation says of a field."""
    return JSONResponse({"detail": [{"loc": ["body", field], "msg": message, "type": "missing"}]}, 422)


def unauthorized(request: Request) -> Response | None:
    """Return the refusal of a request without a key, or None."""
    words = "Neither authorization header nor xi-api-key received, please provide one."
    return None if request.headers.get("xi-api-key") else problem(401, "needs_authorization", words)


__all__ = ["invalid", "problem", "unauthorized"]
