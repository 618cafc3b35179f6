"""Which media type a file has: by its first bytes, or by the end of its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from media_factory.media_types import media_type_of

UNKNOWN = "application/octet-stream"

# Python's own table follows the machine's, so that one file would have different types on different machines.
_BY_ENDING = {
    ".aac": "audio/aac",
    ".avif": "image/avif",
    ".css": "text/css",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4a": "audio/mp4",
    ".m4s": "video/iso.segment",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mpd": "application/dash+xml",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".srt": "application/x-subrip",
    ".svg": "image/svg+xml",
    ".ts": "video/mp2t",
    ".txt": "text/plain",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xml": "application/xml",
}
_TEXTS = {
    "application/dash+xml",
    "application/json",
    "application/vnd.apple.mpegurl",
    "application/x-subrip",
    "application/xml",
    "image/svg+xml",
}
_LINES = {b"WEBVTT": "text/vtt", b"#EXTM3U": "application/vnd.apple.mpegurl"}


def type_by_name(name: str) -> str:
    """Return the media type that a delivered file's name stands for."""
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower(), UNKNOWN)


def type_by_content(head: bytes) -> str:
    """Return the media type that the first bytes of a file show."""
    for beginning, media_type in _LINES.items():
        if head.removeprefix(b"\xef\xbb\xbf").startswith(beginning):
            return media_type
    return media_type_of(head) or UNKNOWN


def is_text(media_type: str) -> bool:
    """Return whether a media type is text, which is sent as UTF-8 and worth compressing; media never are."""
    return media_type.startswith("text/") or media_type in _TEXTS


__all__ = ["UNKNOWN", "is_text", "type_by_content", "type_by_name"]
