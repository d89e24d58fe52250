"""Regions and own models through the commands: they agree, or the command states what does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.unit.region import slavia

import tarazu.pipeline.runner
from tarazu.claims import Ledger
from tarazu.cli.entry import run
from tarazu.cli.run import default_folder, next_commands
from tarazu.core.errors import DataError, ScenarioError
from tarazu.pipeline import Task, ledger_task, read_study
from tarazu.pipeline.runner import TaskResult
from tarazu.pipeline.task import demo_task
from tarazu.record import Record, load_record, read_record
from tarazu.region import Region, load_region
from tarazu.region.build.builder import build_region

DOCS = Path(__file__).parents[3] / "docs" / "how-to"
FIELDS = re.compile(r"<!-- file: events.toml -->\n```toml\n(.*?)```", re.DOTALL)
OWN_MODEL = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a region, its events and their mapping, and a mechanism of the user."""
    folder = tmp_path_factory.mktemp("slavia")
    slavia.write_boundaries(folder / "districts.geojson")
    slavia.write_events(folder / "events.csv")
    build_region(
        folder / "districts.geojson", name_column="district", country="Slavia", out=folder / "reg"
    )
    page = (DOCS / "another-region.md").read_text(encoding="utf-8")
    (folder / "events.toml").write_text(FIELDS.findall(page)[0], encoding="utf-8")
    page = (DOCS / "your-own-mechanism.md").read_text(encoding="utf-8")
    (folder / "curfew.py").write_text(OWN_MODEL.findall(page)[0], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def region(folder: Path) -> Region:
    return load_region(folder / "reg")


@pytest.fixture(scope="module")
def record(folder: Path, region: Region) -> Record:
    return read_record(folder / "events.csv", mapping=folder / "events.toml", region=region)


def events_of(folder: Path) -> list[object]:
    return ["--events", folder / "events.csv", "--mapping", folder / "events.toml"]


def failure(arguments: list[object], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command writes that ends as wrong input."""
    capsys.readouterr()
    assert run([str(argument) for argument in arguments]) == 2
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("command", [["run", "attrition"], ["run", "demo"], ["claims"]])
def test_region__needs_the_events_of_that_region(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = failure([*command, "--region", folder / "reg"], capsys)
    assert "--region: no record of Slavia ships with Tarazu" in said
    assert "--events" in said
    assert "balochistan, kp-fata" in said


@pytest.mark.parametrize("name", ["kp-fata", "kp_fata"])
def test_region__by_name_has_a_record_of_its_own(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["record", "describe", "--region", name, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["region"]["name"] == "kp_fata"


def test_region__a_name_that_is_not_known_gets_the_nearest_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = failure(["record", "describe", "--region", "kp-fatta"], capsys)
    assert "no region 'kp-fatta'" in said
    assert "Did you mean 'kp-fata'?" in said


def test_demo__of_the_second_region_is_of_its_record_and_has_its_own_folder() -> None:
    region = load_region("kp-fata")
    task = demo_task(load_record(region), region=region)
    assert [given.study.name for given in task.studies] == ["demo", "loop", "levers", "attrition"]
    assert {given.study.region.name for given in task.studies} == {"kp_fata"}
    assert task.ledger is not None
    assert default_folder(task) == Path("out/demo-kp-fata")
    home = Task(load_record(), studies=(read_study("attrition"),))
    assert default_folder(home) == Path("out/attrition")


def test_demo__ends_with_commands_for_its_region() -> None:
    assert "evidence FILE --region kp-fata" in dict(next_commands("kp-fata"))
    assert "evidence FILE" in dict(next_commands(None))
    tests = ("evidence events.csv --region slavia", "runs them")
    assert next_commands("slavia", tests)[-1] == tests


@pytest.mark.parametrize("command", [["run", "attrition"], ["run", "demo"], ["claims"]])
def test_region__events_of_another_one_are_refused(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = failure([*command, *events_of(folder)], capsys)
    assert "events.csv" in said
    assert "no event names a district of Balochistan, Pakistan; they name" in said
    assert "--region FOLDER" in said


def test_read_record__a_single_known_district_is_enough(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "events.csv").read_text().splitlines()[:4]
    where = lines[1].split(",")[2]
    (tmp_path / "events.csv").write_text("\n".join(lines).replace(where, "Kech", 1) + "\n")
    mixed = read_record(tmp_path / "events.csv", mapping=folder / "events.toml")
    assert mixed.events["district"].notna().sum() == 1
    (tmp_path / "none.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match="no event names a district"):
        read_record(tmp_path / "none.csv", mapping=folder / "events.toml")


def test_run__a_study_about_districts_of_balochistan_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = failure(
        ["run", "seventeen", *events_of(folder), "--region", folder / "reg"],
        capsys,
    )
    assert "study 'seventeen' is about districts of Balochistan: quetta, mastung" in said
    assert "expected a study of Slavia" in said
    assert "demo, levers, loop, attrition name no district" in said


def test_task__record_and_study_of_different_regions_are_refused(record: Record) -> None:
    with pytest.raises(ScenarioError, match=r"record is of region 'slavia'.*study 'attrition'"):
        Task(record, studies=(read_study("attrition"),))


def test_task__two_drawings_of_one_region_are_refused(folder: Path, tmp_path: Path) -> None:
    page = json.loads((folder / "districts.geojson").read_text())
    page["features"] = page["features"][:8]
    (tmp_path / "fewer.geojson").write_text(json.dumps(page))
    fewer = build_region(tmp_path / "fewer.geojson", name_column="district", country="Slavia")
    events, mapping = folder / "events.csv", folder / "events.toml"
    record = read_record(events, mapping=mapping, region=fewer)
    with pytest.raises(ScenarioError, match="two drawings of region 'slavia': 8 and 12"):
        Task(record, studies=(read_study("attrition", region=load_region(folder / "reg")),))


def test_task__a_record_in_the_older_frame_is_of_the_same_region() -> None:
    record = load_record()
    assert record.region.frame != load_region().frame
    assert Task(record, studies=(read_study("attrition"),)).studies


def test_ledger__leaves_out_the_study_that_names_districts_elsewhere(
    record: Record, region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    task = ledger_task(record, region=region)
    assert [given.study.name for given in task.studies] == ["loop", "levers", "attrition"]
    assert all(given.study.region.name == "slavia" for given in task.studies)
    assert "Study 'seventeen' is left out" in caplog.text


def test_marginal__a_wrong_district_gets_the_nearest_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = failure(["model", "marginal", "Brezn", "--region", folder / "reg"], capsys)
    assert "no district 'Brezn' in Slavia" in said
    assert "Did you mean 'brezno'?" in said


def test_claims__name_the_borrowed_priors_of_another_region(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = TaskResult(None, (), Ledger("Claims", (), "0" * 64))
    monkeypatch.setattr(tarazu.pipeline.runner, "run_task", lambda *_, **__: decided)
    elsewhere = [str(part) for part in (*events_of(folder), "--region", folder / "reg")]
    for options, expected in (([], False), (elsewhere, True)):
        assert run(["claims", "-q", *options]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert ("Priors per capita are those of Balochistan, not of Slavia" in said) is expected
        assert run(["claims", "-q", "--json", *options]) == 0
        assert ("borrowed_priors" in json.loads(capsys.readouterr().out)) is expected


def test_app__takes_the_name_of_a_region(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean 'kp-fata'?" in failure(["app", "--region", "kp-fta"], capsys)


@pytest.mark.parametrize("command", ["describe", "odd"])
def test_model__names_the_borrowed_priors_of_another_region(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, expected in (([], False), (["--region", str(folder / "reg")], True)):
        assert run(["model", command, *options]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert ("Priors per capita are those of Balochistan, not of Slavia" in said) is expected


@pytest.mark.parametrize("command", [["describe"], ["odd"], ["export", "-o", "OUT"]])
def test_model__own_mechanism_in_every_output(
    command: list[str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.xmile"
    given = [str(out) if part == "OUT" else part for part in command]
    options = ["--region", str(folder / "reg"), "--model", str(folder / "curfew.py")]
    assert run(["model", *given, *options]) == 0
    text = out.read_text() if out.exists() else capsys.readouterr().out
    assert "curfew" in text
    if out.exists():
        assert "_d11" in text  # twelve districts, by number
        assert "_d12" not in text
