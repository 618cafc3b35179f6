"""A Prefect worker whose runs start at once: each is forked from a process that has loaded everything.

`prefect worker start --type media-factory` finds it by its entry point; `docs/workers.md` says when it is of use.
"""

from deployments.worker.worker import MediaFactoryWorker

__all__ = ["MediaFactoryWorker"]
