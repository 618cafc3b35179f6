"""Media Factory for back ends: runs asked for, followed and cancelled through a Prefect server's API.

`async with Client() as client: print(await client.submit({"kind": "image", "prompt": "a port at dawn"}))` is where most
begin.
"""

from __future__ import annotations

from deployments.api.client import Client
from deployments.api.model import RunState, RunStatus, Submitted

__all__ = ["Client", "RunState", "RunStatus", "Submitted"]
