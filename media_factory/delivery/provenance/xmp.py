"""XMP packets (ISO 16684-1) that state IPTC's DigitalSourceType, and reading it back out of anybody's packet."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from media_factory.delivery.provenance.model import SOURCE_TYPES, Origin

_CLOSING = b"</rdf:RDF>"
_STATED = re.compile(rb"""DigitalSourceType\s*(?:=\s*["']|>\s*)([^"'<\s]+)""")
# `rdf:resource` is another way to write the same property.
_REFERRED = re.compile(rb"""DigitalSourceType\s+rdf:resource\s*=\s*["']([^"']+)""")


def packet(origin: Origin, tool: str, existing: bytes | None = None) -> bytes:
    """Return a packet that says what made a file; what an existing packet says stays in it.

    An existing packet that states a source type already, or that we don't know how to add to, comes back as it is.
    """
    if existing is None:
        return (
            b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            + _description(origin, tool)
            + _CLOSING
            + b'</x:xmpmeta><?xpacket end="w"?>'
        )
    if source_type_in(existing) or existing.count(_CLOSING) != 1:
        return existing
    return existing.replace(_CLOSING, _description(origin, "") + _CLOSING)


def source_type_in(found: bytes) -> str | None:
    """Return the URI of the DigitalSourceType that a packet states, or None."""
    match = _STATED.search(found) or _REFERRED.search(found)
    return match[1].decode(errors="replace") if match else None


def _description(origin: Origin, tool: str) -> bytes:
    """Return the properties of IPTC Photo Metadata 2025.1 that we know, but for the prompt and who wrote it."""
    said = {
        "xmlns:Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPES + origin.source_type,
    }
    if origin.provider:
        system, _, model = origin.provider.partition(":")
        said["Iptc4xmpExt:AISystemUsed"] = system
        if model:
            said["Iptc4xmpExt:AISystemVersionUsed"] = model
    if tool:
        said |= {"xmlns:xmp": "http://ns.adobe.com/xap/1.0/", "xmp:CreatorTool": tool}
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in said.items())
    return f'<rdf:Description rdf:about="" {written}/>'.encode()


__all__ = ["packet", "source_type_in"]
