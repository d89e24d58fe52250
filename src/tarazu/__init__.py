"""Weigh a security policy on the record of a conflict before lives are spent on it.

The public interface is the names in `__all__`; each is imported when first used, so that
``import tarazu`` and ``tarazu --help`` stay fast. So are the rooms, such as `tarazu.evidence`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tarazu.core import display

if TYPE_CHECKING:
    from tarazu._version import __version__
    from tarazu.claims import Ledger, weigh_claims
    from tarazu.evidence import (
        Finding,
        before_after,
        estimate,
        fit_hawkes,
        impute_deaths,
        matched_wake,
        run_battery,
    )
    from tarazu.evidence.battery import Battery
    from tarazu.model import Hypothesis, Model, load_hypothesis, load_model
    from tarazu.policy import Policy, load_policy
    from tarazu.record import Record, load_record, read_record
    from tarazu.region import Region, load_region
    from tarazu.region.build.builder import build_region
    from tarazu.report import write_annex, write_brief
    from tarazu.report.citation import cite
    from tarazu.study import Study, StudyResult, load_study, load_study_result, run_study, simulate

__all__ = [
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
]

_HOMES = {
    "Battery": "tarazu.evidence.battery",
    "Finding": "tarazu.evidence",
    "Hypothesis": "tarazu.model",
    "Ledger": "tarazu.claims",
    "Model": "tarazu.model",
    "Policy": "tarazu.policy",
    "Record": "tarazu.record",
    "Region": "tarazu.region",
    "Study": "tarazu.study",
    "StudyResult": "tarazu.study",
    "__version__": "tarazu._version",
    "before_after": "tarazu.evidence",
    "build_region": "tarazu.region.build.builder",
    "cite": "tarazu.report.citation",
    "estimate": "tarazu.evidence",
    "fit_hawkes": "tarazu.evidence",
    "impute_deaths": "tarazu.evidence",
    "load_hypothesis": "tarazu.model",
    "load_model": "tarazu.model",
    "load_policy": "tarazu.policy",
    "load_record": "tarazu.record",
    "load_region": "tarazu.region",
    "load_study": "tarazu.study",
    "load_study_result": "tarazu.study",
    "matched_wake": "tarazu.evidence",
    "read_record": "tarazu.record",
    "run_battery": "tarazu.evidence",
    "run_study": "tarazu.study",
    "simulate": "tarazu.study",
    "weigh_claims": "tarazu.claims",
    "write_annex": "tarazu.report",
    "write_brief": "tarazu.report",
}


_ROOMS = (
    "claims",
    "core",
    "engine",
    "evidence",
    "model",
    "pipeline",
    "policy",
    "record",
    "region",
    "report",
    "study",
)

_GUESSES = {
    "ESTIMATORS": "tarazu.evidence.ESTIMATORS",
    "POLICIES": "tarazu.policy.POLICIES",
    "STUDIES": "tarazu.study.STUDIES",
    "Setting": "tarazu.policy.Setting",
    "compare": "result.compare() on what run_study returns",
    "compare_policies": "result.compare() on what run_study returns",
    "estimate_all": "run_battery(record)",
    "load_default_record": "load_record()",
    "map": 'record.plot("map")',
    "panel": "record.panel()",
    "plot": "the plot() of a record, finding or result",
    "read_csv": "read_record(path)",
    "to_panel": "record.panel()",
}
"""Names that newcomers tried, and what does the same."""


def __getattr__(name: str) -> object:
    """Import a public name from the room it lives in, or a room (PEP 562)."""
    if name in _ROOMS:
        return import_module(f"tarazu.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tarazu' has no attribute {name!r}{_instead(name)}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS})


def _instead(name: str) -> str:
    """Return the end of the error for a name that is not public: what was meant, if it is clear."""
    if name in _GUESSES:
        return f". Use {_GUESSES[name]}"
    from tarazu.core.errors import did_you_mean

    known = [public for public in __all__ if public != "__version__"]
    hint = did_you_mean(name, known, near=0.6)  # at 0.5 `mape` is near `simulate`
    return "" if name.startswith("_") or not hint else f".{hint}"


# Results are drawn by a room above theirs.
display.connect(lambda result: import_module("tarazu.report.displays").pictures_of(result))
