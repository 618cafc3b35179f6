"""Errors of transport and status become ours, and what vendors say is shown without what must not show."""

from __future__ import annotations

import json
import pickle
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    InvalidRequest,
    NotReached,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from media_factory.providers.http import reason, retry_after_s, status_error, transport_error, vendor_errors

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FAMILIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


@FAMILIES
def test_a_refused_connection_never_reached_the_vendor(library: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1?key=secret"
        with pytest.raises(NotReached) as caught, vendor_errors("acme"), library.Client() as client:
            client.get(url)
    assert caught.value.paid == "no"
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


@FAMILIES
@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("ConnectError", NotReached),
        ("ConnectTimeout", NotReached),
        ("PoolTimeout", NotReached),
        ("ProxyError", NotReached),
        ("UnsupportedProtocol", NotReached),
        ("LocalProtocolError", NotReached),
        ("InvalidURL", NotReached),
        ("ReadTimeout", ProviderTimeout),
        ("WriteTimeout", ProviderTimeout),
        ("ReadError", ProviderUnavailable),
        ("WriteError", ProviderUnavailable),
        ("CloseError", ProviderUnavailable),
        ("RemoteProtocolError", ProviderUnavailable),
        ("DecodingError", BadReply),
        ("TooManyRedirects", BadReply),
    ],
)
def test_each_transport_error_is_one_of_ours_and_keeps_its_words_to_itself(
    library: Any, kind: str, ours: type[ProviderError]
) -> None:
    found = transport_error("acme", getattr(library, kind)("https://acme.test/?key=secret"))
    assert type(found) is ours
    assert "secret" not in str(found)


def test_what_an_error_was_raised_from_counts_and_what_it_was_raised_beside_does_not() -> None:
    raised_from = RuntimeError("connection error")
    raised_from.__cause__ = httpx2.ReadTimeout("slow")
    assert isinstance(transport_error("acme", raised_from), ProviderTimeout)
    beside = TypeError("a mistake of ours")
    beside.__context__ = httpx2.ReadTimeout("slow")
    assert transport_error("acme", beside) is None


def test_an_answer_that_is_no_json_is_a_bad_reply() -> None:
    with pytest.raises(BadReply), vendor_errors("acme"):
        json.loads("<html>")


def test_a_mistake_of_ours_goes_through_untouched_and_so_does_an_error_of_ours() -> None:
    with pytest.raises(ZeroDivisionError), vendor_errors("acme"):
        _ = 1 / 0
    with pytest.raises(QuotaExhausted, match="empty"), vendor_errors("acme", lambda _: BadReply("never")):
        raise QuotaExhausted("empty")


def test_the_vendor_s_own_errors_are_judged_first() -> None:
    with pytest.raises(QuotaExhausted), vendor_errors("acme", lambda _: QuotaExhausted("empty")):
        raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("status", "ours", "retryable"),
    [
        (400, InvalidRequest, False),
        (401, AuthenticationFailed, False),
        (402, QuotaExhausted, False),
        (403, AuthenticationFailed, False),
        (404, InvalidRequest, False),
        (405, InvalidRequest, False),
        (408, ProviderTimeout, True),
        (409, InvalidRequest, False),
        (413, InvalidRequest, False),
        (422, InvalidRequest, False),
        (425, ProviderUnavailable, True),
        (429, RateLimited, True),
        (500, ProviderUnavailable, True),
        (502, ProviderUnavailable, True),
        (503, ProviderUnavailable, True),
        (504, ProviderTimeout, True),
        (529, ProviderUnavailable, True),
    ],
)
def test_each_status_is_one_of_ours(status: int, ours: type[ProviderError], retryable: bool) -> None:
    found = status_error("acme", status, "in its own words")
    assert type(found) is ours
    assert found.retryable is retryable
    assert str(status) in str(found)
    assert "in its own words" in str(found)


@pytest.mark.parametrize("status", [429, 503, 408])
def test_how_long_to_wait_survives_pickling(status: int) -> None:
    found = pickle.loads(pickle.dumps(status_error("acme", status, headers={"Retry-After": "7"})))
    assert found.retry_after_s == 7


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12),
        ({"RETRY-AFTER": " 0.5 "}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90),
        ({"retry-after": format_datetime(NOW - timedelta(days=1), usegmt=True)}, 0),
        ({"retry-after": "86400000"}, 3600),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_a_wait_is_read_in_milliseconds_seconds_or_as_a_date(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers, NOW) == wait_s


@given(st.text(max_size=60))
def test_any_retry_after_gives_a_wait_in_range_or_none(value: str) -> None:
    wait_s = retry_after_s({"retry-after": value, "retry-after-ms": value}, NOW)
    assert wait_s is None or 0 <= wait_s <= 3600


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("Incorrect API key provided: sk-proj-abcdef123456. Find yours at https://acme.test/keys.", "abcdef123456"),
        ("Authorization: Bearer hunter2hunter2", "hunter2"),
        ('{"api_key": "0123456789abcdef"}', "0123456789abcdef"),
        ("see https://user:pa55word@acme.test/v1/x?key=topsecret&a=b#frag for more", "topsecret"),
        ("see https://user:pa55word@acme.test/v1/x", "pa55word"),
        ("bad key AIzaSyA1234567890abcdefghijk", "SyA1234567890"),
        ("token 3f9c1d7e8a2b4c6d5e0f1a2b3c4d5e6f7a8b is not known", "3f9c1d7e8a2b4c6d"),
    ],
)
def test_a_reason_shows_no_secret(said: str, secret: str) -> None:
    assert secret in said
    assert secret not in reason(said)


def test_a_reason_keeps_what_helps() -> None:
    said = "Invalid 'size': not divisible by 16.\nSee https://acme.test/docs (17f20503-6c24-4c16-946b-35dbbce2af2f)"
    assert reason(said) == " ".join(said.split())
    assert reason(None) == reason({"message": "no text"}) == ""
    assert len(reason("word " * 500)) <= 240


@given(st.text(min_size=24, max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_no_part_of_what_was_asked_shows_in_a_reason(asked: str, before: str, after: str) -> None:
    asked = " ".join(asked.split())
    shown = reason(f"{before}{asked}{after}", asked)
    assert not any(asked[at : at + 12] in shown for at in range(len(asked) - 11))


def test_a_short_text_that_was_asked_is_hidden_as_a_word() -> None:
    assert reason("the prompt bomb is not allowed in bombast", "bomb") == "the prompt … is not allowed in bombast"
