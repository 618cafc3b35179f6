"""Forms as clients send them with files (multipart/form-data), read with what Python brings."""

from __future__ import annotations

from collections import defaultdict
from email import message_from_bytes
from email.message import Message

from starlette.requests import Request


async def form_of(request: Request) -> dict[str, list[bytes]]:
    """Return the values of a form by the names of its fields; empty if the request holds no form."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n"
    message = message_from_bytes(head.encode() + await request.body())
    found: dict[str, list[bytes]] = defaultdict(list)
    for part in message.get_payload() if message.is_multipart() else []:
        assert isinstance(part, Message)
        name, value = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found[name].append(value)
    return dict(found)


__all__ = ["form_of"]
