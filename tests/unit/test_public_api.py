"""The public names: which there are, what they say of themselves, and what guesses lead to."""

import re
import subprocess
import sys

import pytest
from tests.unit.library_page import PAGE, page

import tarazu

PUBLIC = {
    "Battery",
    "Finding",
    "Hypothesis",
    "Ledger",
    "Model",
    "Policy",
    "Record",
    "Region",
    "Study",
    "StudyResult",
    "__version__",
    "before_after",
    "build_region",
    "cite",
    "estimate",
    "fit_hawkes",
    "impute_deaths",
    "load_hypothesis",
    "load_model",
    "load_policy",
    "load_record",
    "load_region",
    "load_study",
    "load_study_result",
    "matched_wake",
    "read_record",
    "run_battery",
    "run_study",
    "simulate",
    "weigh_claims",
    "write_annex",
    "write_brief",
}
FUNCTIONS = {name for name in PUBLIC if name[0].islower()}
HEAVY = ("numpy", "pandas", "scipy", "xarray", "numba", "sympy", "plotly", "pydantic")


def test_public_api__is_what_is_promised() -> None:
    assert set(tarazu.__all__) == PUBLIC
    assert set(dir(tarazu)) == PUBLIC | set(tarazu._ROOMS)


@pytest.mark.parametrize("name", sorted(PUBLIC - {"__version__"}))
def test_public_api__names_are_documented_functions_and_types(name: str) -> None:
    function = getattr(tarazu, name)
    assert callable(function)
    assert function.__name__ == name
    assert function.__doc__


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_public_api__names_have_an_example_and_what_they_raise(name: str) -> None:
    text = getattr(tarazu, name).__doc__
    assert "Examples\n" in text
    assert ">>> " in text
    assert "Raises\n" in text


def test_library_page__is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_public_api__version_comes_from_the_build() -> None:
    assert tarazu.__version__[0].isdigit()


def test_public_api__unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'esitmate'\. Did you mean 'estimate'"):
        _ = tarazu.esitmate
    for strange in ("__wrapped__", "mape", "query"):  # no public name is near
        with pytest.raises(AttributeError, match=rf"no attribute '{strange}'$"):
            getattr(tarazu, strange)
    for part, whole in (("brief", "write_brief"), ("hawkes", "fit_hawkes")):
        with pytest.raises(AttributeError, match=rf"Did you mean '{whole}'\?$"):
            getattr(tarazu, part)


OWNERS = {None: (tarazu,), "record": (tarazu.Record,), "result": (tarazu.StudyResult,)}


@pytest.mark.parametrize("name", sorted(tarazu._GUESSES))
def test_public_api__names_that_newcomers_try_lead_to_the_right_one(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. Use ") as caught:
        getattr(tarazu, name)
    meant = str(caught.value).partition(". Use ")[2]
    if meant.startswith("tarazu."):
        assert eval(meant, {"tarazu": tarazu}) is not None
        return
    called = re.search(r"(?:(?P<owner>\w+)\.)?(?P<function>\w+)\(", meant)
    assert called is not None
    owners = OWNERS[called["owner"]]
    if " of a record, finding or result" in meant:
        owners = (tarazu.Record, tarazu.Finding, tarazu.StudyResult)
    for owner in owners:
        assert callable(getattr(owner, called["function"]))


def test_public_api__rooms_are_found_without_an_import_of_their_own() -> None:
    code = (
        "import tarazu; print(tarazu.evidence.ESTIMATORS['wake'].__name__, tarazu.claims.__all__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("wake ")


def test_public_api__import_loads_nothing_heavy() -> None:
    code = f"import sys, tarazu; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
