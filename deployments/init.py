"""`media-factory init`: settings written down, and blocks registered and saved where there is a Prefect server."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from media_factory.policy import Policy


@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing; take the flags and the defaults.")
@click.option("--run-usd", type=str, help="Most that one run may spend, in US dollars; `none` for no cap.")
@click.option("--day-usd", type=str, help="Most that all runs may spend in a UTC day; `none` for no cap.")
@click.option("--name", default="default", show_default=True, help="Name of the blocks.")
@click.option("--no-server", is_flag=True, help="Leave the Prefect server alone.")
@click.option("--save-keys", is_flag=True, help="Save the environment's keys in blocks; users of its API see them.")
@click.option("--overwrite", is_flag=True, help="Replace blocks that are saved already.")
def init(
    *,
    yes: bool,
    run_usd: str | None,
    day_usd: str | None,
    name: str,
    no_server: bool,
    save_keys: bool,
    overwrite: bool,
) -> None:
    """Write policy.yaml, and register and save blocks if a Prefect server is configured.

    What is there already stays as it is; running it again changes nothing.
    """
    from deployments.setting_up import policy_path, policy_with, write_policy

    path = policy_path()
    policy, found = policy_with(path, run_usd=_cap(run_usd, "--run-usd"), day_usd=_cap(day_usd, "--day-usd"))
    if not yes and not found:
        policy = _asked(policy)
    click.echo(f"{path}: {write_policy(path, policy)}")
    if no_server:
        return
    url = _server_url()
    if url is None:
        click.echo("no Prefect server is configured (PREFECT_API_URL), so no blocks are saved: the environment counts")
        return
    if not yes and not save_keys:
        save_keys = click.confirm(f"save the environment's keys in blocks at {url}?", default=False)
    asyncio.run(_save(url, name, save_keys=save_keys, overwrite=overwrite))


def _cap(text: str | None, flag: str) -> Any:
    """Return a cap: a number, None for no cap, or `...` if nothing is said."""
    from media_factory.errors import InputError

    if text is None:
        return ...
    if text.lower() == "none":
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise InputError(f"{flag}: {text!r} is no amount; give US dollars such as 5 or 0.50, or none")
    return value


def _asked(policy: Policy) -> Policy:
    caps = policy.caps
    for field, words in (("run_usd", "one run"), ("day_usd", "all runs in a day")):
        answer = click.prompt(
            f"most that {words} may spend, in US dollars (none for no cap)", default=str(getattr(caps, field))
        )
        caps = caps.model_copy(update={field: _cap(answer, field)})
    return policy.model_copy(update={"caps": caps})


def _server_url() -> str | None:
    from prefect.settings import get_current_settings

    return get_current_settings().api.url


async def _save(url: str, name: str, *, save_keys: bool, overwrite: bool) -> None:
    from deployments.setting_up import save_blocks
    from media_factory.errors import MediaFactoryError

    try:
        async for line in save_blocks(name, save_keys=save_keys, overwrite=overwrite):
            click.echo(line)
    except MediaFactoryError:
        raise
    except Exception as problem:
        import httpx

        if not isinstance(problem, httpx.HTTPError):
            raise
        raise MediaFactoryError(
            f"the Prefect server at {url} does not take our blocks ({type(problem).__name__})"
        ) from None


__all__ = ["init"]
