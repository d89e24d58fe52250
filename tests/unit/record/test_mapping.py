"""Any csv file with a mapping: what it says and refuses, and the example of the how-to page."""

import re
from pathlib import Path
from typing import get_args

import pytest
from tests.unit.record.source_files import Row, write_rows

from tarazu.cli.entry import run
from tarazu.core.errors import DataError, ScenarioError
from tarazu.record import Record, read_record
from tarazu.record.coding.rules import SHIPPED_RULES, read_rules
from tarazu.record.sources.mapping import Tactic, Target

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "read-your-own-record.md"
BLOCK = re.compile(r"<!-- (?P<what>[^>]+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)
MAPPING = """
name = "notes"
title = "Notes"
licence = "own"
[columns]
event_id = "no"
date = "when"
district = "district"
initiator = "who"
deaths = "dead"
[values.initiator]
army = "state"
fighters = "militant"
"""
ROW: Row = {"no": 1, "when": "2014-03-05", "district": "Kech", "who": "army", "dead": 2}


def read(tmp_path: Path, rows: list[Row], mapping: str = MAPPING, **options: object) -> Record:
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    events = write_rows(tmp_path / "events.csv", rows)
    return read_record(events, mapping=tmp_path / "mapping.toml", **options)  # type: ignore[arg-type]


def only(record: Record, column: str) -> object:
    (value,) = record.events[column]
    return value


def test_mapping__one_event(tmp_path: Path) -> None:
    record = read(tmp_path, [ROW])
    event = record.events.iloc[0]
    assert (event["initiator"], event["initiator_rule"]) == ("state", "mapped_state")
    assert (event["tactic"], event["target"]) == ("state_operation", "militants")
    assert (event["deaths_unknown"], event["district"]) == (2, "kech")
    assert record.source.title == "Notes"


def test_mapping__its_digest_is_an_input(tmp_path: Path) -> None:
    first = read(tmp_path, [ROW]).inputs["mapping"]
    assert read(tmp_path, [ROW], MAPPING + "# more\n").inputs["mapping"] != first


@pytest.mark.parametrize(
    ("line", "precision", "cell", "day"),
    [
        ('"%d/%m/%Y" = 1', 1, "05/03/2014", "2014-03-05"),
        ('"%m/%Y" = 4', 4, "03/2014", "2014-03-01"),
        ('"%Y" = 5', 5, "2014", "2014-01-01"),
    ],
)
def test_mapping__forms_of_dates_and_their_precision(
    tmp_path: Path, line: str, precision: int, cell: str, day: str
) -> None:
    record = read(tmp_path, [{**ROW, "when": cell}], f"{MAPPING}[dates]\n{line}\n")
    assert (str(only(record, "date"))[:10], only(record, "date_precision")) == (day, precision)


def test_mapping__the_coarser_precision_counts(tmp_path: Path) -> None:
    mapping = MAPPING.replace('date = "when"', 'date = "when"\ndate_precision = "exact"')
    mapping += "[values.date_precision]\nyes = 1\nno = 3\n"
    rows: list[Row] = [{**ROW, "exact": "yes"}, {**ROW, "no": 2, "exact": "no"}]
    assert sorted(read(tmp_path, rows, mapping).events["date_precision"]) == [1, 3]


def test_mapping__deaths_by_side_leave_the_rest_of_the_total(tmp_path: Path) -> None:
    mapping = MAPPING.replace('deaths = "dead"', 'deaths = "dead"\ndeaths_state = "soldiers"')
    record = read(tmp_path, [{**ROW, "soldiers": 1}], mapping)
    assert (only(record, "deaths_state"), only(record, "deaths_unknown")) == (1, 1)
    with pytest.raises(DataError, match="the total is 2 but the sides make 3"):
        read(tmp_path, [{**ROW, "soldiers": 3}], mapping)


def test_mapping__without_deaths_no_event_counts_as_deathless(tmp_path: Path) -> None:
    record = read(tmp_path, [ROW], MAPPING.replace('deaths = "dead"\n', ""))
    assert not only(record, "zero_best")


def test_mapping__an_empty_number_of_deaths_is_refused_unless_allowed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing_deaths"):
        read(tmp_path, [{**ROW, "dead": ""}])
    record = read(tmp_path, [{**ROW, "dead": ""}], 'missing_deaths = "zero"\n' + MAPPING)
    assert only(record, "zero_best")


def test_mapping__a_value_without_meaning_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'navy' has no meaning") as caught:
        read(tmp_path, [ROW, {**ROW, "no": 2, "who": "navy"}])
    assert (caught.value.line, caught.value.column) == (3, "who")
    record = read(tmp_path, [{**ROW, "who": "navy"}], f'{MAPPING}"*" = "unclear"\n')
    assert only(record, "initiator") == "unclear"


def test_mapping__rows_elsewhere_are_counted(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        'district = "district"', 'district = "district"\ncountry = "land"\nprovince = "part"'
    )
    rows: list[Row] = [
        {**ROW, "land": "Pakistan", "part": "Balochistan"},
        {**ROW, "no": 2, "land": "Iran", "part": "X"},
    ]
    record = read(tmp_path, rows, mapping)
    assert record.quality.outside == {"Iran": 1}
    assert record.quality.rows_read == 2


def test_mapping__every_row_is_accounted_for(tmp_path: Path) -> None:
    bad: list[Row] = [
        {**ROW, "no": 2, "when": "then"},
        {**ROW, "no": 3, "dead": "few"},
        {**ROW, "no": "", "who": "x"},
    ]
    record = read(tmp_path, [ROW, *bad], keep_going=True)
    quality = record.quality
    assert (quality.rows_read, quality.rows_used, quality.rows_rejected) == (4, 1, 3)
    assert [reject.line for reject in quality.rejects] == [3, 4, 5]


def test_mapping__without_an_id_events_have_none(tmp_path: Path) -> None:
    record = read(tmp_path, [ROW, ROW], MAPPING.replace('event_id = "no"\n', ""))
    assert list(record.events["event_id"]) == ["", ""]


def test_mapping__rules_of_ones_own_may_ask_for_ones_columns(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\nhome_governments = []\n'
        '[[initiator]]\nname = "by_weapon"\nwhen = { codes = { weapon = ["rifle"] } }\n'
        'initiator = "militant"\n[[initiator]]\nname = "else"\ninitiator = "other"\n'
        '[[tactic]]\nname = "none"\ntactic = "unclear"\n'
        '[[target]]\nname = "none"\ntarget = "unclear"\n[movements]\nother = []\n',
        encoding="utf-8",
    )
    mapping = 'rules = "own.toml"\n' + MAPPING + '[codes]\nweapon = "arm"\n'
    record = read(tmp_path, [{**ROW, "arm": "rifle"}], mapping)
    assert only(record, "initiator_rule") == "by_weapon"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (('event_id = "no"', 'even_id = "no"'), "Did you mean 'event_id'"),
        (
            ('army = "state"', 'army = "sate"'),
            "'state', 'militant', 'foreign_state', 'other' or 'unclear'",
        ),
        (('district = "district"', 'place = "district"'), "name the column of the district"),
        (('initiator = "who"\n', ""), "belong together"),
        (('licence = "own"', 'licence = "own"\nrules = "none.toml"'), "does not exist"),
        (('licence = "own"', 'licence = "own"\ndates = { "day" = 1 }'), "is not a form of a date"),
    ],
)
def test_mapping__a_wrong_mapping_is_explained(
    tmp_path: Path, change: tuple[str, str], what: str
) -> None:
    with pytest.raises(ScenarioError, match=what):
        read(tmp_path, [ROW], MAPPING.replace(*change))


def test_mapping__a_column_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="when"):
        read(tmp_path, [{"no": 1, "district": "Kech", "who": "army", "dead": 1}])


def test_mapping__and_a_format_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        read(tmp_path, [ROW], format="acled")


def test_how_to__the_example_does_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = [(match["what"], match["text"]) for match in BLOCK.finditer(PAGE.read_text("utf-8"))]
    printed = ""
    for what, text in blocks:
        if what.startswith("file: "):
            (tmp_path / what.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif what == "run":
            assert run(text.split()[1:]) in (0, 1)
            printed = capsys.readouterr().out
        else:
            assert what == "says"
            assert text.strip() in printed
    assert [what for what, _ in blocks] == [
        "file: field-notes.csv",
        "file: field-notes.toml",
        "run",
        "says",
    ]
    assert "4 events" in printed
    assert re.search(r"rejected +1\b", printed)


@pytest.mark.parametrize("kind", ["tactic", "target"])
def test_mapping__may_mean_whatever_other_sources_know(kind: str) -> None:
    labels = {"tactic": get_args(Tactic), "target": get_args(Target)}[kind]
    shipped = [
        read_rules(SHIPPED_RULES.with_name(f"{name}.toml")) for name in ("mapping", "ucdp_ged")
    ]
    for rules in shipped:
        assert {getattr(rule, kind) for rule in getattr(rules, kind)} == set(labels)
