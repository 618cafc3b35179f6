"""`media-factory deploy`: tell a Prefect server of our own what it has to know, and end."""

from __future__ import annotations

import os

import click

from media_factory.errors import InputError


@click.command()
@click.option("--no-gpu", is_flag=True, help="Neither the pool for GPUs nor what runs in it.")
@click.option("--keep-pools", is_flag=True, help="Make no pools: who starts the workers makes them, as on Kubernetes.")
def deploy(*, no_gpu: bool, keep_pools: bool) -> None:
    """Register pools, blocks, automations and deployments at the server of PREFECT_API_URL.

    `up` does this by itself. Done again, it changes nothing that a person changed.
    """
    if not os.environ.get("PREFECT_API_URL"):
        raise InputError("PREFECT_API_URL is not set; say which server, such as http://server:4200/api")
    from deployments.machine.parts import CHECKOUT
    from deployments.machine.pools import pools_for
    from deployments.machine.registering import Registration, register

    # Where workers find the flows: the same folder as here, unless somebody says otherwise.
    os.environ.setdefault("MEDIA_FACTORY_CHECKOUT", str(CHECKOUT))
    for step in register(Registration(pools=pools_for(gpu=not no_gpu), workers=False, keep_pools=keep_pools)):
        click.echo(step, err=True)


__all__ = ["deploy"]
