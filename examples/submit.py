"""Ask a Prefect server for a picture from Python, and wait for it.

PREFECT_API_URL names the server; PREFECT_API_AUTH_STRING is its user:password, if it asks for one.
"""

from __future__ import annotations

import asyncio

from deployments.api import Client


async def main() -> None:
    """Ask for the picture that submit.sh asks for: with the same key it is the same run."""
    brief = {"kind": "image", "prompt": "container port at dawn", "width_px": 320, "height_px": 240}
    async with Client() as client:
        asked = await client.submit(brief, idempotency_key="examples/port-at-dawn")
        print(asked.ui_url)
        manifest = await client.result(asked.run_id, timeout_s=600)
    for output in manifest.outputs:
        print(output.role, output.url or output.path, output.asset.digest)


asyncio.run(main())
