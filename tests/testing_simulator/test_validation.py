"""Traffic is held against a specification: structure is an error, an unknown value a warning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from media_factory.testing.simulator.recording import Exchange, RecordingSimulator
from media_factory.testing.simulator.validation import (
    SPECS_VARIABLE,
    Specification,
    findings_of,
    specification_of,
    specs_folder,
)

PICTURE = {
    "type": "object",
    "required": ["prompt"],
    "additionalProperties": False,
    "properties": {
        "prompt": {"type": "string"},
        "model": {"type": "string", "enum": ["one", "two"], "nullable": True},
        "size": {"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["small"]}]},
        "voice": {"oneOf": [{"type": "string"}, {"type": "string", "enum": ["alloy"]}]},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/pictures": {
            "post": {
                "parameters": [
                    {"in": "query", "name": "format", "required": True, "schema": {"enum": ["png", "jpeg"]}},
                    {"$ref": "#/components/parameters/Trace"},
                ],
                "requestBody": {"$ref": "#/components/requestBodies/Picture"},
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"type": "object", "required": ["id"]}}},
                    },
                    "4XX": {"content": {"application/json": {"schema": {"required": ["error"]}}}},
                },
            }
        },
        "/pictures/{id}": {"get": {"responses": {"200": {"content": {"image/png": {}}}}}},
        "/pictures/mine": {"get": {"responses": {"204": {}}}},
        "/voices": {
            "post": {
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {"required": ["name"], "properties": {"name": {}, "files": {}}},
                        }
                    }
                },
                "responses": {"200": {}},
            }
        },
    },
    "components": {
        "parameters": {"Trace": {"in": "query", "name": "trace", "schema": {"type": "string"}}},
        "requestBodies": {"Picture": {"content": {"application/json": {"schema": PICTURE}}}},
    },
}
SPECIFICATION = Specification(DOCUMENT, prefix="/v1", outside=("/v1/files",))
RIGHT = Exchange(
    vendor="acme",
    method="post",
    path="/v1/pictures",
    query="format=png",
    request_type="application/json",
    request=b'{"prompt": "a port"}',
    status=200,
    reply_type="application/json",
    reply=b'{"id": "7"}',
)


def _with(**changes: Any) -> Exchange:
    return Exchange(**(vars(RIGHT) | changes))


def _asking(**body: Any) -> Exchange:
    return _with(request=json.dumps({"prompt": "a port"} | body).encode())


@pytest.mark.parametrize(
    "exchange",
    [
        RIGHT,
        _with(query="format=png&trace=x"),
        _asking(model="one"),
        _asking(model=None),
        _asking(size="small"),
        _asking(size=7),
        _with(status=404, reply=b'{"error": "no"}'),
        _with(status=400, request=b"", reply=b'{"error": "no"}'),
        _with(status=503, reply=b"<html>", reply_type="text/html"),
        _with(method="get", path="/v1/pictures/7", query="", reply_type="image/png", reply=b"\x89PNG"),
        _with(method="get", path="/v1/pictures/mine", query="", status=204, reply_type="", reply=b""),
        _with(method="get", path="/v1/files/whatever"),
    ],
)
def test_what_fits_is_fine(exchange: Exchange) -> None:
    findings = findings_of([exchange], SPECIFICATION)
    assert (findings.errors, findings.warnings) == ((), ())


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (_with(request=b"{}"), "'prompt' is a required property"),
        (_with(request=b"no json"), "request: no JSON"),
        (_with(request_type="text/plain"), "text/plain; one of application/json"),
        (_asking(prompt=7), "prompt: 7 is not of type 'string'"),
        (_asking(colour="red"), "'colour' was unexpected"),
        (_asking(size=[1]), "size:"),
        (_asking(model=7), "model:"),
        (_with(query=""), "query: format is missing"),
        (_with(query="format=png&colour=red"), "query: there is no colour"),
        (_with(path="/v1/films"), "there is no such path"),
        (_with(method="delete"), "there is no such path"),
        (_with(reply=b"{}"), "reply: body: 'id' is a required property"),
        (_with(reply_type="text/html"), "reply: text/html"),
        (_with(status=202), "reply: 202 is not among"),
        (_with(status=400, reply=b"{}"), "reply: body: 'error' is a required property"),
        (
            _with(path="/v1/voices", query="", request_type="multipart/form-data", request=b'form-data; name="file"'),
            "the form has no name",
        ),
    ],
)
def test_what_does_not_fit_is_an_error_that_says_where(exchange: Exchange, problem: str) -> None:
    findings = findings_of([RIGHT, exchange], SPECIFICATION)
    assert any(problem in error for error in findings.errors), findings
    assert not findings.warnings


@pytest.mark.parametrize("exchange", [_asking(model="three"), _asking(size="huge"), _with(query="format=webp")])
def test_a_value_that_the_specification_does_not_know_is_a_warning(exchange: Exchange) -> None:
    findings = findings_of([exchange], SPECIFICATION)
    assert not findings.errors
    assert len(findings.warnings) == 1


def test_a_value_that_fits_several_alternatives_is_no_error() -> None:
    assert not findings_of([_asking(voice="alloy")], SPECIFICATION).errors


def test_the_folder_of_the_specifications_is_the_one_that_the_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SPECS_VARIABLE, str(tmp_path))
    assert specs_folder() == tmp_path
    assert specification_of("openai") is None
    (tmp_path / "openai.openapi.json").write_text(json.dumps(DOCUMENT))
    found = specification_of("openai")
    assert found is not None
    assert found.path_of("/v1/pictures/7", "get") == "/pictures/{id}"
    assert specification_of("acme") is None
    monkeypatch.setenv(SPECS_VARIABLE, str(tmp_path / "nowhere"))
    assert specs_folder() is None


def test_a_recording_simulator_keeps_what_went_over_the_wire() -> None:
    with RecordingSimulator() as simulator:
        asked = {"model": "omni-moderation-latest", "input": "a port"}
        answer = httpx.post(
            f"{simulator.base_url('openai')}/v1/moderations?x=1", json=asked, headers={"Authorization": "Bearer x"}
        )
    (kept,) = simulator.exchanges
    assert (kept.vendor, kept.method, kept.path, kept.query) == ("openai", "post", "/v1/moderations", "x=1")
    assert json.loads(kept.request) == asked
    assert kept.request_headers["authorization"] == "Bearer x"
    assert (kept.status, kept.reply_type, kept.reply) == (200, "application/json", answer.content)
