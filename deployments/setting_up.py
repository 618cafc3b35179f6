"""What `init` does: a policy file, and blocks made from the environment."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import yaml
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.budget import Budget
from blocks.credentials import CREDENTIALS
from blocks.factory import FactoryBlock
from blocks.publishing import Publishing
from blocks.storage import LocalStorage, S3Storage
from blocks.webhook import Webhook
from media_factory.files import write_whole
from media_factory.home import default_home
from media_factory.policy import POLICY_VARIABLE, Policy, policy_from_environment
from media_factory.store.opening import folder_of
from media_factory.store.s3.environment import STORE_VARIABLE, s3_settings_from

BLOCKS: tuple[type[Block], ...] = (LocalStorage, S3Storage, *CREDENTIALS, Budget, Webhook, Publishing, FactoryBlock)
_HEAD = """\
# What this factory may spend, how hard it may ask whom, and what it prefers: docs/configuration.md.
# Days are UTC days; amounts are US dollars; null means no cap.
"""


def policy_path() -> Path:
    """Return where the policy file is, or would be."""
    named = os.environ.get(POLICY_VARIABLE)
    return Path(named).expanduser() if named else default_home() / "policy.yaml"


def policy_with(path: Path, **caps: Any) -> tuple[Policy, bool]:
    """Return the policy with these caps (`...` leaves one as it is), and whether its file is there.

    Raises:
        InputError: the file is there and can't be used.
    """
    found = path.is_file()
    policy = policy_from_environment(path.parent) if found else Policy()
    changed = {name: value for name, value in caps.items() if value is not ...}
    return policy.model_copy(update={"caps": policy.caps.model_copy(update=changed)}), found


def write_policy(path: Path, policy: Policy) -> str:
    """Write a policy file if it says something else than is there, and return what was done.

    What is replaced stays beside it as `policy.yaml.before`.
    """
    if path.is_file():
        if policy_from_environment(path.parent) == policy:
            return "kept as it is"
        write_whole(path.with_name(path.name + ".before"), path.read_bytes())
        done = f"changed; what was there is in {path.name}.before"
    else:
        done = "written"
    values = policy.model_dump(mode="json", exclude_defaults=True) | {"caps": policy.caps.model_dump(mode="json")}
    write_whole(path, _HEAD + yaml.safe_dump(values, sort_keys=False))
    return done


async def save_blocks(name: str, *, save_keys: bool, overwrite: bool) -> AsyncIterator[str]:
    """Register all block types and save blocks made from the environment, and say what was done, line by line.

    Args:
        name: of the blocks.
        save_keys: also save keys that the environment holds.
        overwrite: replace blocks that are saved already.

    Raises:
        InputError: a variable has a value that can't be used.
    """
    for kind in BLOCKS:
        await _awaited(kind.register_type_and_schema())
    yield f"{len(BLOCKS)} block types registered"
    made: dict[str, Block] = {"storage": _storage(save_keys=save_keys)}
    if save_keys:
        made |= _credentials()
    parts: dict[str, Any] = {}
    for field, block in made.items():
        parts[field], line = await _kept(block, name, overwrite=overwrite)
        yield line
    _, line = await _kept(FactoryBlock(**parts), name, overwrite=overwrite)
    yield line


async def _kept(block: Block, name: str, *, overwrite: bool) -> tuple[Block, str]:
    """Save a block unless one of that name is there, and return what is saved now, with a line about it."""
    shown = f"{block.get_block_type_slug()}/{name}"
    kind = type(block)
    try:
        saved = await kind.aload(name)
    except ValueError:
        saved = None
    if saved is not None and not overwrite:
        return saved, f"{shown}: kept as it is"
    await _awaited(block.save(name, overwrite=True))
    return await kind.aload(name), f"{shown}: {'replaced' if saved else 'saved'}"


async def _awaited(maybe: Any) -> Any:
    """Return what one of Prefect's two-faced functions returns: a coroutine's result inside a loop."""
    return await maybe if hasattr(maybe, "__await__") else maybe


def _storage(*, save_keys: bool) -> Block:
    settings = s3_settings_from(os.environ)
    if settings is None:
        named = os.environ.get(STORE_VARIABLE, "").strip()
        return LocalStorage(folder=folder_of(named, STORE_VARIABLE) if named else default_home() / "store")
    secret = {"access_key_id", "secret_access_key", "session_token"}
    return S3Storage(
        **{name: getattr(settings, name) for name in type(settings).model_fields if save_keys or name not in secret}
    )


def _credentials() -> dict[str, Block]:
    """Return credentials of those vendors whose keys the environment holds, by the factory block's fields."""
    made: dict[str, Block] = {}
    for kind in CREDENTIALS:
        named = {field: os.environ.get(variable, "").strip() for field, variable in kind.variables.items()}
        found: dict[str, Any] = {field: value for field, value in named.items() if value}
        if "api_key" in found:
            found["api_key"] = SecretStr(found["api_key"])
            made[kind.__name__.removesuffix("Credentials").lower()] = kind(**found)
    return made


__all__ = ["BLOCKS", "policy_path", "policy_with", "save_blocks", "write_policy"]
