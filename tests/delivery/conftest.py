from __future__ import annotations

import pytest

from tests.delivery.films import SmallFilm, make_film


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> SmallFilm:
    """Give the tests one film of 14 seconds."""
    return make_film(tmp_path_factory.mktemp("film"))
