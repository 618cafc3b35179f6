"""ElevenLabs' words for what goes wrong, and our classes for them."""

from __future__ import annotations

from typing import Any

import pytest
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.parse_error import ParsingError

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    VoiceNotFound,
)
from media_factory.providers.elevenlabs.errors import classified
from media_factory.testing.vendor_suites import KEY


def detail(status: str, message: str = "words") -> dict[str, Any]:
    return {"detail": {"status": status, "message": message}}


@pytest.mark.parametrize(
    ("status", "body", "ours"),
    [
        (401, detail("quota_exceeded"), QuotaExhausted),
        (402, {"detail": {"type": "payment_required", "code": "insufficient_credits", "message": "x"}}, QuotaExhausted),
        (402, "", QuotaExhausted),
        (401, detail("invalid_api_key"), AuthenticationFailed),
        (401, {"detail": "Unauthorized"}, AuthenticationFailed),
        (403, detail("missing_permissions"), AuthenticationFailed),
        (429, detail("too_many_concurrent_requests"), RateLimited),
        (429, detail("system_busy"), RateLimited),
        (429, None, RateLimited),
        (400, detail("bad_prompt"), ContentRefused),
        (403, detail("content_against_policy"), ContentRefused),
        (404, detail("voice_not_found"), VoiceNotFound),
        (400, detail("voice_not_found"), VoiceNotFound),
        (400, detail("max_character_limit_exceeded"), InvalidRequest),
        (
            422,
            {"detail": [{"loc": ["body", "voice_settings", "speed"], "msg": "too fast", "type": "x"}]},
            InvalidRequest,
        ),
        (404, {"detail": {"type": "not_found", "code": "effect_not_found", "param": "audio_effects"}}, InvalidRequest),
        (409, detail("already_running"), InvalidRequest),
        (408, None, ProviderTimeout),
        (504, "<html>", ProviderTimeout),
        (425, None, ProviderUnavailable),
        (500, detail("internal_server_error"), ProviderUnavailable),
        (503, [], ProviderUnavailable),
        (200, "<html>", BadReply),
        (302, "", BadReply),
    ],
)
def test_each_answer_has_its_class(status: int, body: Any, ours: type[ProviderError]) -> None:
    found = classified(ApiError(status_code=status, body=body, headers={"retry-after": "7"}))
    assert type(found) is ours
    if ours is RateLimited:
        assert found.retry_after_s == 7


def test_validation_names_the_field() -> None:
    body = {"detail": [{"loc": ["body", "voice_settings", "speed"], "msg": "must be below 1.2", "type": "too_big"}]}
    assert "voice_settings.speed: must be below 1.2" in str(classified(ApiError(status_code=422, body=body)))


def test_neither_the_key_nor_the_text_shows() -> None:
    message = f"The key {KEY} may not say 'the secret merger of two banks' in full"
    found = classified(ApiError(status_code=400, body=detail("x", message)), "the secret merger of two banks")
    assert KEY not in str(found)
    assert "merger" not in str(found)


def test_a_body_of_another_form_is_a_bad_reply() -> None:
    assert type(classified(ParsingError(status_code=200))) is BadReply


def test_what_is_not_the_sdk_s_is_left_alone() -> None:
    assert classified(ValueError("ours")) is None
