"""Run the simulator by itself: `python -m media_factory.testing.simulator --port 9800 --share 0.25`.

It prints one JSON line with its port when it is ready; `GET /charges` tells what it would bill.
"""

from __future__ import annotations

import argparse
import json

from media_factory.testing.simulator.faults import PASSING, Faults
from media_factory.testing.simulator.server import Simulator


def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="loopback port; a free one if none is given")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--share", type=float, default=0.0, help="how many paid requests go wrong, 0 to 1")
    parser.add_argument("--faults", default=",".join(PASSING), help="what goes wrong, parted by commas")
    parser.add_argument("--honour-keys", action="store_true", help="bill a repeated idempotency key once")
    options = parser.parse_args()
    faults = Faults(options.seed, options.share, options.faults.split(","))
    simulator = Simulator(faults, honours_keys=options.honour_keys, port=options.port)
    print(json.dumps({"port": simulator.port}), flush=True)
    simulator.run()


if __name__ == "__main__":
    main()
