"""A DataFrame is read as the file of it is: the same record, the same refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.record.ged_files import small_world, write_ged

from tarazu.core.errors import DataError, ScenarioError
from tarazu.record import read_record
from tarazu.region import load_region

MAPPING: dict[str, Any] = {
    "name": "notes",
    "title": "Notes",
    "licence": "own",
    "columns": {
        "event_id": "no",
        "date": "when",
        "district": "district",
        "initiator": "who",
        "deaths": "dead",
    },
    "values": {"initiator": {"army": "state", "fighters": "militant"}},
}


def notes(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "no": [1, 2, 3],
            "when": pd.to_datetime(["2014-03-05", "2014-03-06", "2015-01-01"]),
            "district": ["Kech", "Panjgoor", None],
            "who": ["army", "fighters", "fighters"],
            "dead": [2.0, 0.0, 1.0],
            **columns,
        }
    )


def test_frame__gives_the_record_of_its_file(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", small_world())
    from_file = read_record(path)
    texts = read_record(pd.read_csv(path, dtype=str, keep_default_na=False))
    typed = read_record(pd.read_csv(path))
    for record in (texts, typed):
        pd.testing.assert_frame_equal(record.events, from_file.events)
        assert record.quality == from_file.quality
    assert read_record(str(path)).inputs == from_file.inputs


def test_frame__with_a_mapping_reads_dates_numbers_and_missing_cells() -> None:
    events = read_record(notes(), mapping=MAPPING).events
    assert events["event_id"].tolist() == ["1", "2", "3"]
    assert events["date"].dt.strftime("%Y-%m-%d").tolist()[0] == "2014-03-05"
    assert events["district"].isna().tolist() == [False, False, True]
    assert events["deaths_unknown"].tolist() == [2, 0, 1]


def test_frame__its_digest_is_that_of_its_cells() -> None:
    first = read_record(notes(), mapping=MAPPING).inputs
    assert read_record(notes().copy(), mapping=dict(MAPPING)).inputs == first
    other = read_record(notes(dead=[2.0, 0.0, 4.0]), mapping=MAPPING).inputs
    assert other["events"] != first["events"]
    assert other["mapping"] == first["mapping"]


def test_frame__mapping_may_be_a_file_or_its_content(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    columns = "\n".join(f'{key} = "{name}"' for key, name in MAPPING["columns"].items())
    path.write_text(
        f'name = "notes"\ntitle = "Notes"\nlicence = "own"\n[columns]\n{columns}\n'
        '[values.initiator]\narmy = "state"\nfighters = "militant"\n',
        encoding="utf-8",
    )
    by_file = read_record(notes(), mapping=str(path))
    pd.testing.assert_frame_equal(by_file.events, read_record(notes(), mapping=MAPPING).events)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"dead": [2, -1, 0]}, r"^DataFrame, column 'dead': event 2: .*; expected "),
        (
            {"who": ["army", "police", "army"]},
            r"column 'who': event 2: .*'police'.*; expected one",
        ),
        ({"when": ["2014-03-05", "soon", "2015-01-01"]}, r"column 'when': event 2: .*'soon'"),
        ({"no": [1, 1, 3]}, r"column 'no': event [12]: event '1' stands"),
    ],
)
def test_frame__bad_cell_is_named_as_in_a_file(columns: dict[str, object], message: str) -> None:
    with pytest.raises((DataError, ExceptionGroup)) as caught:
        read_record(notes(**columns), mapping=MAPPING)
    error = caught.value
    first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
    with pytest.raises(DataError, match=message):
        raise first


def test_frame__columns_must_be_known_named_and_single() -> None:
    with pytest.raises(DataError, match=r"column 'who' is missing; the columns are no, when"):
        read_record(notes().drop(columns="who"), mapping=MAPPING)
    with pytest.raises(DataError, match=r"file format not recognised"):
        read_record(notes())
    with pytest.raises(DataError, match=r"column 0 has no name in words"):
        read_record(pd.DataFrame(np.zeros((2, 2))))
    twice = notes()
    twice.columns = ["no", "no", *twice.columns[2:]]
    with pytest.raises(DataError, match=r"column 'no' stands twice"):
        read_record(twice, mapping=MAPPING)


def test_mapping__of_a_dictionary_names_a_misspelled_key() -> None:
    with pytest.raises(ScenarioError, match=r"key 'columns\.distrikt'.*Did you mean 'district'"):
        read_record(notes(), mapping={**MAPPING, "columns": {"date": "when", "distrikt": "x"}})


def test_read_record__refuses_arguments_of_another_kind(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", small_world())
    with pytest.raises(
        TypeError, match=r"source is 3 \(int\); expected a path or a pandas DataFrame"
    ):
        read_record(3)  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"region is 3 \(int\); expected a folder, or what load_region"
    ):
        read_record(path, region=3)  # type: ignore[arg-type]
    with pytest.raises(
        DataError, match=r"no region 'Slavia'; expected one of balochistan, kp-fata"
    ):
        read_record(path, region="Slavia")
    with pytest.raises(ValueError, match=r"format is 'ucdp-gad'; .* Did you mean 'ucdp-ged'\?"):
        read_record(path, format="ucdp-gad")
    with pytest.raises(ValueError, match="give a mapping or a format, not both"):
        read_record(path, format="ucdp-ged", mapping=MAPPING)


def test_read_record__of_another_region_says_where_the_rows_are(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", small_world())
    frame = pd.read_csv(path).assign(country="Slavia", adm_1="Any")
    with pytest.raises(DataError, match=r"^DataFrame: none of \d+ rows is an .*are in 'Slavia'"):
        read_record(frame, region=load_region())
