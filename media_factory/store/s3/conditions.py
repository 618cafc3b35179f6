"""Whether a server honours If-None-Match on a put. Two known ones ignore it silently, so each is asked once."""

from __future__ import annotations

import threading
import uuid

from media_factory.store.s3.calls import S3Calls

_EXISTS = 412
# Statuses by which servers say that they don't know the condition.
_UNKNOWN = {400, 405, 501}
_answers: dict[tuple[str | None, str], bool] = {}
_asking = threading.Lock()


def honours_conditions(calls: S3Calls, stop: threading.Event) -> bool:
    """Return whether the server refuses a conditional put of what exists.

    An object is put twice below `probe/` and removed; the answer is kept for as long as this process lives.

    Raises:
        StoreError: nothing can be put there at all.
    """
    if calls.settings.conditional_put is not None:
        return calls.settings.conditional_put
    place = (calls.settings.endpoint, calls.settings.bucket)
    with _asking:
        if place not in _answers:
            _answers[place] = _ask(calls, stop)
        return _answers[place]


def _ask(calls: S3Calls, stop: threading.Event) -> bool:
    key = calls.settings.key("probe", uuid.uuid4().hex)
    calls.call("put_object", stop, Key=key, Body=b"probe")
    try:
        attempt = calls.patiently(
            lambda: calls.client.put_object(Bucket=calls.settings.bucket, Key=key, Body=b"again", IfNoneMatch="*"),
            stop,
            unless={_EXISTS, *_UNKNOWN},
        )
        if attempt is not None:
            return False
        # It was refused: because of the condition, or because the condition isn't known?
        free = calls.settings.key("probe", uuid.uuid4().hex)
        taken = calls.call("put_object", stop, unless=_UNKNOWN, Key=free, Body=b"probe", IfNoneMatch="*")
        calls.call("delete_object", stop, Key=free)
        return taken is not None
    finally:
        calls.call("delete_object", stop, Key=key)


__all__ = ["honours_conditions"]
