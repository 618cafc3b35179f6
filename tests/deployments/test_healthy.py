"""Health checks of containers: they say what is wrong, and nothing otherwise."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deployments.healthy import URL_VARIABLE, main, problem_at


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_nothing_is_wrong_with_who_answers(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"{url}/well")
    assert main() == 0
    assert capsys.readouterr().err == ""


def test_who_answers_that_it_is_ill_is_ill(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"{url}/ill")
    assert main() == 1
    assert "503" in capsys.readouterr().err


def test_nobody_there_is_ill_too() -> None:
    problem = problem_at("http://127.0.0.1:9/health")
    assert problem is not None
    assert "127.0.0.1:9" in problem


def test_a_file_is_no_place_to_ask() -> None:
    problem = problem_at("file:///etc/passwd")
    assert problem is not None
    assert URL_VARIABLE in problem
