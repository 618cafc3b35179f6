"""`python -m deployments.healthy`: whether this container does its work, for health checks in images without curl."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

URL_VARIABLE = "MEDIA_FACTORY_HEALTH_URL"
# Where `prefect worker start --with-healthcheck` answers.
_WORKER = "http://127.0.0.1:8080/health"
_PATIENCE_S = 4


def problem_at(url: str) -> str | None:
    """Return what is wrong with whoever answers at an http URL; None if nothing is."""
    if not url.startswith(("http://", "https://")):
        return f"{URL_VARIABLE}: {url!r} is no http address"
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_S):  # noqa: S310 - http, as checked above
            return None
    except (urllib.error.URLError, OSError) as problem:
        return f"{url}: {problem}"


def main() -> int:
    """Say what is wrong, and return 0 if nothing is and 1 otherwise."""
    problem = problem_at(os.environ.get(URL_VARIABLE, _WORKER))
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


__all__ = ["URL_VARIABLE", "main", "problem_at"]

if __name__ == "__main__":
    sys.exit(main())
