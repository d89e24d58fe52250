"""Small studies that the tests of study and claims share."""

from pathlib import Path

from tarazu.study import Study, StudySpec, build_study

OPERATION = {"week": 1, "militant_deaths": 5.0, "split": {"kech": 1.0, "khuzdar": 2.0}}


def make_spec(**changes) -> StudySpec:
    told = {
        "title": "Small",
        "question": "Does it run?",
        "start": "a test",
        "weeks": 60,
        "horizons": (12, 60),
        "draws": 5,
        "replicates": 2,
        "seed": 3,
        "block": 2,
        "hypotheses": ("full", "deterrence"),
        "policies": ("status-quo", "surge"),
    }
    return StudySpec.model_validate(told | changes)


def make_study(**changes) -> Study:
    return build_study(make_spec(**changes), name="small")


def make_operation_study(**changes) -> Study:
    told = {"policies": ("status-quo",), "weeks": 62, "operation": OPERATION}
    return make_study(**told | changes)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
