import dataclasses
import datetime
import hashlib
import json
import math
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.provenance import canonical_json, collect_provenance, digest, digest_file

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


class Side(Enum):
    STATE = "state"


@dataclasses.dataclass(frozen=True)
class Pair:
    b: float
    a: tuple[int, ...]


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value


@given(trees)
def test_canonical_json__reads_back_equal(value):
    assert json.loads(canonical_json(value)) == _finite(value)


@given(st.dictionaries(st.text(), scalars))
def test_canonical_json__does_not_see_the_order_of_keys(value):
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.1), "0.1"),
        (np.float32(0.5), "0.5"),
        (np.int8(-3), "-3"),
        (np.bool_(True), "true"),
        (float("-inf"), "null"),
        (np.datetime64("2020-02-29"), '"2020-02-29"'),
        (datetime.date(2020, 2, 29), '"2020-02-29"'),
        (Path("a") / "b", '"a/b"'),
        (Side.STATE, '"state"'),
        ("تَرازو", '"تَرازو"'),
    ],
)
def test_canonical_json__writes_scalars(value, text):
    assert canonical_json(value) == f"{text}\n".encode()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        (np.array(["2020-01-01"], dtype="datetime64[s]"), ["2020-01-01T00:00:00"]),
        (Pair(math.nan, (1, 2)), {"a": [1, 2], "b": None}),
        ({3: 1, Side.STATE: 2}, {"3": 1, "state": 2}),
        ({"s": {"b", "a"}}, {"s": ["a", "b"]}),
    ],
)
def test_canonical_json__writes_containers(value, plain):
    assert json.loads(canonical_json(value)) == plain


def test_canonical_json__says_where_it_stopped():
    with pytest.raises(TypeError, match=r"value\.a\[1\] is a object"):
        canonical_json({"a": [1, object()]})


@pytest.mark.parametrize("key", [1.5, True, None])
def test_canonical_json__refuses_ambiguous_keys(key):
    with pytest.raises(TypeError, match="has the key"):
        canonical_json({key: 1})


def test_canonical_json__refuses_keys_that_would_overwrite_each_other():
    with pytest.raises(TypeError, match="equal once written"):
        canonical_json({"3": 1, 3: 2})


def test_digest_file__is_that_of_the_bytes(tmp_path):
    data = b"x" * 3_000_000
    (tmp_path / "f").write_bytes(data)
    assert digest_file(tmp_path / "f") == digest(data) == hashlib.sha256(data).hexdigest()


def test_collect_provenance__does_not_see_the_order_of_inputs():
    first = collect_provenance({"a": "1", "b": "2"})
    second = collect_provenance({"b": "2", "a": "1"})
    assert canonical_json(first) == canonical_json(second)
    assert list(second.inputs) == ["a", "b"]


def test_collect_provenance__names_the_versions():
    assert collect_provenance({}).packages["numpy"] == np.__version__
