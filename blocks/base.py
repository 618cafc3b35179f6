"""What all blocks of ours share."""

from __future__ import annotations

from typing import Any, TypeVar

from prefect.blocks.core import Block
from pydantic import BaseModel, ValidationError

from media_factory.errors import InputError

ModelT = TypeVar("ModelT", bound=BaseModel)


def model_from(kind: type[ModelT], block: Block, **values: Any) -> ModelT:
    """Return a core model made of a block's values; empty ones take the model's own defaults.

    Raises:
        InputError: a value can't be used; the message names the block and the field, and never shows a secret.
    """
    try:
        return kind.model_validate({name: value for name, value in values.items() if value not in (None, "")})
    except ValidationError as problem:
        saved = f"{block.get_block_type_slug()}/{getattr(block, '_block_document_name', None) or 'not saved'}"
        lines = (
            f"block {saved}: {'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}"
            for one in problem.errors(include_input=False)
        )
        raise InputError("\n".join(lines)) from None


__all__ = ["model_from"]
