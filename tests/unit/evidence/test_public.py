"""The public names of the room: all there, light to import, no package hidden by a function."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import tarazu.evidence
from tarazu.evidence import ESTIMATORS, fit_hawkes, matched_wake

HEAVY = ("numba", "scipy", "xarray", "plotly")


def test_room__has_every_public_name():
    assert set(dir(tarazu.evidence)) >= set(tarazu.evidence.__all__)
    for name in tarazu.evidence.__all__:
        assert getattr(tarazu.evidence, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'estimates'"):
        _ = tarazu.evidence.estimates


def test_room__hides_no_package_behind_a_function():
    folder = Path(tarazu.evidence.__file__).parent
    inside = {path.stem for path in folder.iterdir()} - {"__init__"}
    assert not inside & set(tarazu.evidence.__all__)
    for name in ESTIMATORS:
        assert import_module(f"tarazu.evidence.{name}").__path__


def test_room__names_and_types_load_nothing_heavy():
    code = (
        "import sys; from tarazu.evidence import ESTIMATORS, Finding, Battery; tuple(ESTIMATORS); "
        f"sys.exit(', '.join(name for name in {HEAVY} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_estimators__are_a_mapping_of_functions():
    assert len(ESTIMATORS) == len(set(ESTIMATORS)) == len(dict(ESTIMATORS))
    assert "wake" in ESTIMATORS
    assert "walk" not in ESTIMATORS
    assert ESTIMATORS["wake"].__name__ == "wake"
    with pytest.raises(KeyError):
        ESTIMATORS["walk"]


def test_public_functions__work_without_a_record():
    times = np.array([1.0, 2.0, 2.1, 5.0])
    assert fit_hawkes(times, np.zeros(4, int), end=10.0, n_kinds=1).converged
    assert matched_wake.__module__ == "tarazu.evidence.matched_wakes.analysis"
