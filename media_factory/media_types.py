"""Media types: what kind of file some bytes are, by their first bytes, and how such files are called."""

from __future__ import annotations

from pathlib import PurePosixPath

from media_factory.errors import InputError

HEAD_BYTES = 64

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
# ISO base media files by their first box, and by the brand in it.
_BOXES = {b"styp": "video/iso.segment", b"moof": "video/iso.segment", b"sidx": "video/iso.segment"}
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
# One container, whose kind the first bytes leave open.
_ISO = frozenset({"video/mp4", "audio/mp4", "video/iso.segment", "audio/iso.segment", "video/quicktime"})
_EBML = b"\x1a\x45\xdf\xa3"
_MEDIA = ("image/", "audio/", "video/")
_TEXTS = frozenset(
    {
        "application/dash+xml",
        "application/json",
        "application/vnd.apple.mpegurl",
        "application/x-subrip",
        "application/xml",
        "text/html",
        "text/plain",
        "text/vtt",
        "text/x-ssa",
    }
)
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/json": (".json",),
    "audio/flac": (".flac",),
    "audio/mp4": (".m4a", ".mp4", ".m4b"),
    "audio/mpeg": (".mp3",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/wav": (".wav",),
    "image/avif": (".avif",),
    "image/gif": (".gif",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "text/html": (".html", ".htm"),
    "text/plain": (".txt",),
    "text/vtt": (".vtt",),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
}


def media_type_of(head: bytes) -> str | None:
    """Return the media type that the first `HEAD_BYTES` of a file show, or None for none that is known.

    Knows PNG, JPEG, GIF, WebP, AVIF, WAV, MP3, FLAC, Ogg, MP4 with its relatives and segments, WebM and Matroska.
    """
    if found := next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None):
        return found
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == _EBML:
        return "video/webm" if b"webm" in head else "video/x-matroska"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return _BOXES.get(head[4:8]) or ("audio/mpeg" if _is_mpeg_audio(head) else None)


def served_type(head: bytes, declared: str) -> str:
    """Return the Content-Type to serve a file with: what its bytes show, the declared kind of text, or just bytes.

    Browsers guess what is served under a type that its bytes don't bear out, and may run it.

    Args:
        head: its first `HEAD_BYTES`, or more.
        declared: the media type that it is said to have.

    Raises:
        InputError: it is said to be a picture, sound or film, and shows nothing of the kind.
    """
    found = media_type_of(head)
    if found is None and declared in _TEXTS:
        return f"{declared}; charset=utf-8"
    if found in _ISO and declared in _ISO:
        return declared
    if found is None and declared.startswith(_MEDIA):
        raise InputError(f"it is said to be {declared}, but its first bytes show nothing of the kind")
    return found or "application/octet-stream"


def extension_fits(name: str, media_type: str) -> bool:
    """Say whether a file name ends as files of a media type do; of a type that is not known, any name does."""
    endings = _EXTENSIONS.get(media_type.partition(";")[0])
    return endings is None or PurePosixPath(name).suffix.lower() in endings


def extensions_of(media_type: str) -> tuple[str, ...]:
    """Return how file names of a media type end, the usual ending first; none for types that are not known."""
    return _EXTENSIONS.get(media_type.partition(";")[0], ())


def _is_mpeg_audio(head: bytes) -> bool:
    """Look for a frame of layer III: eleven set bits, a version, a layer, a bit rate and a sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] & 0x18 == 0x08:
        return False
    return head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C


__all__ = ["HEAD_BYTES", "extension_fits", "extensions_of", "media_type_of", "served_type"]
