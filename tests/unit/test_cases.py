"""Each case of ../shared/cases: a file as people have it, and the right outcome.

Where the folder is not at hand, the tests are skipped and counted with those of the real data. The
same kinds of files, made up, are in record/test_files_as_delivered.py and region/test_repair.py.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ABSENT

from tarazu.cli.entry import run
from tarazu.record import Record, read_record
from tarazu.region import load_region

Outcome = Callable[["Case"], None]
OUTCOMES: dict[str, Outcome] = {}
ELSEWHERE = {"names_encoded_twice", "who_began_air_and_repel"}
"""Cases of names of districts and of initiators, whose tests stand with the rules on them."""

RUNS_ESTIMATORS = {
    "best_above_high",
    "same_rows_twice",
    "six_events_record_of_this_size",
    "words_of_balochistan_elsewhere",
}


class Case:
    """Folder of a case, and what the commands write about its files."""

    def __init__(self, folder: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.out, self._capsys = folder, out, capsys

    def file(self, pattern: str = "*.csv") -> Path:
        """Return the only file of a pattern."""
        (found,) = self.folder.glob(pattern)
        return found

    def run(self, *arguments: object, code: int = 0) -> tuple[str, str]:
        """Return what a command writes to standard output and to standard error, in one line."""
        self._capsys.readouterr()
        assert run([str(argument) for argument in arguments]) == code
        captured = self._capsys.readouterr()
        return captured.out, " ".join(captured.err.split())

    def describe(self, file: Path | None = None, *options: object) -> dict[str, Any]:
        """Return what `tarazu record describe` finds."""
        out, _ = self.run("record", "describe", file or self.file(), *options, "--json")
        return dict(json.loads(out))

    def fails(self, *options: object, file: Path | None = None) -> str:
        """Return the error of `tarazu record describe`."""
        return self.run("record", "describe", file or self.file(), *options, code=2)[1]

    def build(self, *options: object, names: str = "shapeName") -> Path:
        """Build the region r of the boundary file of the case."""
        geojson = self.file("*.geojson")
        given = ["--boundaries", geojson, "--names", names, "--country", "Madeup", *options]
        self.run("region", "build", *given, "-o", self.out / "r")
        return self.out / "r"

    def districts(self, region: Path | None = None) -> Counter[str]:
        """Return the number of events by district; "" without one."""
        events = self.read(region=region).events
        return Counter(events["district"].fillna(""))

    def read(self, **options: Any) -> Record:
        return read_record(self.file(), **options)


def outcome(check: Outcome) -> Outcome:
    """Note the right outcome of the case of this name."""
    OUTCOMES[check.__name__] = check
    return check


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(ABSENT)
    return folder


def index(cases: Path) -> set[str]:
    lines = (cases / "INDEX.txt").read_text(encoding="utf-8").splitlines()
    return {line.partition(":")[0] for line in lines if line.strip()}


def test_cases__all_have_an_outcome_here_or_elsewhere(cases: Path) -> None:
    assert index(cases) == set(OUTCOMES) | ELSEWHERE


def six(facts: Mapping[str, Any]) -> None:
    assert (facts["events"], facts["quality"]["rows_read"]) == (6, 6)


@outcome
def aggregated_by_month(case: Case) -> None:
    assert "counts by district and month (as HDX publishes them), not events" in case.fails()


@outcome
def best_above_high(case: Case) -> None:
    facts = case.describe()
    six(facts)
    assert facts["quality"]["remarks"] == {"best outside low to high, which are not used": 1}
    out, _ = case.run("evidence", case.file(), "--json")
    assert json.loads(out)["findings"]


@outcome
def both_date_forms_fit(case: Case) -> None:
    facts = case.describe(None, "--mapping", case.file("*.toml"))
    (remark,) = facts["quality"]["remarks"]
    assert "fits %m/%d/%Y and %d/%m/%Y" in remark


@outcome
def day_month_year_columns(case: Case) -> None:
    mapping = case.file("*.toml").read_text(encoding="utf-8")
    parts = mapping.replace('date="year"', 'year="year"\nmonth="month"\nday="day"')
    parts = parts.replace('[dates]\n"%Y"=5\n', "")
    (case.out / "parts.toml").write_text(parts, encoding="utf-8")
    events = case.read(mapping=case.out / "parts.toml").events
    found = list(zip(events["date"].dt.date, events["date_precision"], strict=True))
    assert sorted(found) == [(date(2015, 3, 1), 4), (date(2015, 3, 4), 1), (date(2016, 1, 1), 5)]


@outcome
def diacritics(case: Case) -> None:
    assert case.districts(case.build()) == {"al_falluja": 4, "seno": 2, "komoe": 2}


@outcome
def excel_event_ids(case: Case) -> None:
    assert "a spreadsheet rounded the ids" in case.fails()


@outcome
def figures_of_another_region(case: Case) -> None:
    region, out = case.build(), case.out / "f.csv"
    case.run("data", "figures", case.file(), "--region", region, "-o", out)
    with out.open(newline="", encoding="utf-8") as stream:
        assert all(row["district"] for row in csv.DictReader(stream))
    (region / "boundaries.geojson").unlink()
    _, err = case.run("data", "figures", case.file(), "--region", region, "-o", case.out / "g.csv")
    assert "6 of 6 events have no district" in err


@outcome
def float_actor_codes_acled(case: Case) -> None:
    facts = case.describe()
    six(facts)
    assert facts["by_initiator"] == {"militant": 3, "other": 3}


@outcome
def float_codes_acled(case: Case) -> None:
    six(case.describe())


@outcome
def float_codes_ucdp(case: Case) -> None:
    for file in case.folder.glob("*.csv"):
        six(case.describe(file))


@outcome
def geojson_of_events(case: Case) -> None:
    six(case.describe(case.file("*.geojson")))


@outcome
def iso_dates_with_zone_ucdp(case: Case) -> None:
    days = case.read().events["date"].dt.date
    assert sorted(days) == [date(2014, 3, day) for day in range(3, 9)]


@outcome
def joint_government(case: Case) -> None:
    events = case.read().events.set_index("event_id")["initiator"]
    assert (events["900001"], events["900002"]) == ("state", "militant")


@outcome
def namesake_in_another_province_gtd(case: Case) -> None:
    facts = case.describe()
    assert facts["events"] == 5
    assert facts["quality"]["outside"] == {"Pakistan: Punjab": 1}


@outcome
def old_names_of_deaths(case: Case) -> None:
    said = case.fails()
    assert "UCDP Georeferenced Event Dataset (GED); missing are best, high, low" in said


@outcome
def one_row_for_each_actor(case: Case) -> None:
    said = case.fails()
    assert "the export has one row for each actor: 6 events" in said
    assert "acled_transform_longer (monadic)" in said


@outcome
def part_of_a_year_acled(case: Case) -> None:
    facts = case.describe()
    assert (facts["start"], facts["end"]) == ("2023-03-05", "2023-03-10")


@outcome
def points_on_the_border(case: Case) -> None:
    region = case.build()
    assert case.districts(region) == {"east": 4, "west": 2}
    named = case.describe(None, "--region", region, "--boundaries", region / "boundaries.geojson")
    assert named["quality"]["district_rules"] == {"point": 4, "point_beside": 2}


@outcome
def province_region(case: Case) -> None:
    assert case.districts(case.build(names="name")) == {"north_state": 3, "south_state": 3}


@outcome
def r_na_in_codes(case: Case) -> None:
    six(case.describe())


@outcome
def ring_with_spike(case: Case) -> None:
    geojson = case.file("*.geojson")
    given = ["--boundaries", geojson, "--names", "shapeName", "--country", "Madeup"]
    _, refused = case.run("region", "build", *given, "-o", case.out / "r", code=2)
    assert "--repair" in refused
    _, said = case.run("region", "build", *given, "--repair", "-o", case.out / "r")
    assert "Aa repaired: Self-intersection" in said
    assert len(load_region(case.out / "r").districts) == 3


@outcome
def same_name_two_provinces(case: Case) -> None:
    region = load_region(case.build("--within", "ADM1"))
    assert region.slugs == ("hillside", "lakeside", "riverside_north", "riverside_south")


@outcome
def same_rows_twice(case: Case) -> None:
    facts = case.describe()
    assert (facts["events"], facts["quality"]["rows_read"]) == (6, 12)
    assert facts["quality"]["dropped"] == {"identical copy of another row": 6}
    case.run("evidence", case.file(), "--json")


@outcome
def semicolons(case: Case) -> None:
    six(case.describe())


@outcome
def six_events_record_of_this_size(case: Case) -> None:
    out, _ = case.run("evidence", case.file())
    assert "not measured for a record of 6 events" in " ".join(out.split())
    assert "false positives at 5%: not measured" in " ".join(out.split())


@outcome
def tags_after_index_column(case: Case) -> None:
    facts = case.describe()
    six(facts)
    assert facts["quality"]["outside"] == {}
    assert facts["title"] == "UCDP Georeferenced Event Dataset (GED)"


@outcome
def thousands_and_ranges(case: Case) -> None:
    mapping = case.file("*.toml")
    said = case.fails("--mapping", mapping)
    assert "'2-3' is not a count" in said
    assert "'at least 4' is not a count" in said
    read = case.read(mapping=mapping, keep_going=True)
    assert read.events["deaths_unknown"].tolist() == [1200, 0]  # 1,200 and N/A


@outcome
def two_releases_appended(case: Case) -> None:
    said = case.fails()
    assert "event '900001' stands with other cells in line" in said
    assert "If two releases of the data were joined, keep the rows of the newer one" in said


@outcome
def upper_case_header_acled(case: Case) -> None:
    six(case.describe())


@outcome
def words_of_balochistan_elsewhere(case: Case) -> None:
    out, _ = case.run("evidence", case.file(), "--region", case.build())
    said = " ".join(out.split())
    assert "size of Balochistan's" not in said
    assert "hand-read sample" not in said
    assert "Baloch groups only" not in said


def parameters() -> Iterator[Any]:
    for name in OUTCOMES:
        marks = [pytest.mark.slow] if name in RUNS_ESTIMATORS else []
        yield pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", list(parameters()))
def test_case__has_the_right_outcome(
    name: str, cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    OUTCOMES[name](Case(cases / name, tmp_path, capsys))
