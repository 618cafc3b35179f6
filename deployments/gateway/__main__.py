"""`python -m deployments.gateway`: the same as `media-factory serve`, for containers and supervisors."""

from __future__ import annotations

import sys

from deployments.cli import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
