"""The public names of the room: found when first used, and the same objects everywhere."""

from __future__ import annotations

import pickle

import pytest

import tarazu
from tarazu import study


@pytest.mark.parametrize("name", study.__all__)
def test_study__a_public_name_is_the_object_of_its_module(name: str) -> None:
    found = getattr(study, name)
    assert name in dir(study)
    assert found is vars(tarazu).get(name, found)
    if callable(found):
        assert pickle.loads(pickle.dumps(found)) is found


def test_study__has_no_other_name() -> None:
    with pytest.raises(AttributeError, match=r"module 'tarazu.study' has no attribute 'nothing'"):
        _ = study.nothing
