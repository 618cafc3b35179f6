"""What keeps Prefect quiet in a command of ours."""

from __future__ import annotations

# Prefect reads these when it is imported. On a fresh home its telemetry prints an SQL traceback, and its log lines
# would run through our progress bars; who set them otherwise keeps them so.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # What goes wrong is said once, by us; the server keeps the run's own log.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    # On a busy machine a private server takes longer to start than Prefect waits for it.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # A private server that is stopped with a last event in hand says so with a traceback; the run is complete.
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}

__all__ = ["QUIET"]
