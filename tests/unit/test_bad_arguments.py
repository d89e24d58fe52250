"""Wrong arguments of every public function: what, expected and what to do, before any work.

Those of the methods of a study's result stand beside the tests of these.
"""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tarazu
from tarazu.core.errors import DataError, OutputError, ScenarioError
from tarazu.engine.compiler.kernel_files import program_of

MAPPING = {
    "name": "notes",
    "title": "Field notes",
    "licence": "own",
    "columns": {"date": "day", "district": "place", "initiator": "who"},
    "values": {"initiator": {"rebels": "militant"}},
}

CASES: dict[str, tuple[type[Exception], str]] = {
    # records
    "tz.read_record('absent.csv')": (DataError, "absent.csv: the file cannot be read (No such"),
    "tz.read_record(5)": (TypeError, "source is 5 (int); expected a path or a pandas DataFrame"),
    "tz.read_record(frame)": (DataError, "A mapping (--mapping, in Python mapping=) reads any"),
    "tz.read_record(frame[[]])": (DataError, "file format not recognised"),
    "tz.read_record(frame, mapping=7)": (TypeError, "mapping is 7 (int); expected a TOML file, or"),
    "tz.read_record(frame, mapping={'name': 'x'})": (ExceptionGroup, "mapping has 3 problems"),
    "tz.read_record(frame, mapping=MAPPING, region='kp-fata')": (
        DataError,
        "they name 'Kech' (1); expected districts such as",
    ),
    "tz.read_record(frame, mapping=MAPPING, region=3)": (TypeError, "region is 3 (int); expected"),
    "tz.read_record(frame, mapping=MAPPING, rules=5)": (TypeError, "rules is 5 (int); expected a"),
    "tz.read_record(frame, mapping=MAPPING, first_day='soon')": (
        ValueError,
        "first_day is 'soon'; expected a date, or a day, month or year such as",
    ),
    "tz.read_record(frame, format='ucdp')": (ValueError, "format is 'ucdp'; expected one of ucdp-"),
    "tz.load_record('nowhere')": (DataError, "no region 'nowhere'; expected one of balochistan,"),
    "record.panel('year')": (ValueError, "freq is 'year'; expected day, week or month"),
    "record.plot('mapp')": (ValueError, "Did you mean 'map'?"),
    "record.sel(start='2050')": (ValueError, "expected a day of the record, 1992-01-01 to 2021-12"),
    "record.sel(districts='Panjgurr City')": (ScenarioError, "no district 'Panjgurr City' in"),
    "record.sel(districts=5)": (TypeError, "districts is 5 (int); expected one name, or several"),
    # regions
    "tz.load_region(5)": (TypeError, "region is 5 (int); expected the folder of a region, or the"),
    "tz.build_region(5, name_column='n', country='c')": (TypeError, "boundaries is 5 (int); expec"),
    "tz.build_region('a.json', name_column=5, country='c')": (TypeError, "name_column is 5 (int);"),
    "tz.build_region('a.json', name_column='n', country=5)": (TypeError, "country is 5 (int); exp"),
    "tz.build_region('absent.json', name_column='n', country='c')": (
        DataError,
        "absent.json: the file cannot be read",
    ),
    # estimators
    "tz.estimate('retaliaton', record)": (ValueError, "Did you mean 'retaliation'?"),
    "tz.estimate('all', record)": (ValueError, "run_battery(record) runs all of them."),
    "tz.estimate(record, 'wake')": (TypeError, 'then the record: estimate("retaliation", record)'),
    "tz.estimate('wake', 'events.csv')": (TypeError, "expected a Record, from load_record() or"),
    "tz.estimate('wake', record.events)": (TypeError, "record is a DataFrame; expected a Record"),
    "tz.estimate('wake', record, horizon=500)": (ValueError, "expected a whole number, from 1 to"),
    "tz.estimate('wake', record, window=90)": (TypeError, "Did you mean 'horizon'?"),
    "tz.estimate('wake', record, level=90)": (ValueError, "level is 90; expected a number between"),
    "tz.estimate('dose', record, weeks=5)": (ValueError, "expected the first and the last week"),
    "tz.estimate('wake', record, seed=-1)": (ValueError, "seed is -1; expected a whole number, 0"),
    "tz.estimate('wake', record, groups='BLAA')": (ValueError, "Did you mean 'BLA'?"),
    "tz.run_battery('events.csv')": (TypeError, "record is 'events.csv' (str); expected a Record"),
    "tz.run_battery(record, ['wak'])": (ValueError, "Did you mean 'wake'?"),
    "tz.run_battery(record, 5)": (TypeError, "config is 5 (int); expected names of estimators,"),
    "tz.run_battery(record, error_rates='200')": (
        TypeError,
        "error_rates is '200' (str); expected",
    ),
    "tz.impute_deaths('x')": (TypeError, "record is 'x' (str); expected a Record"),
    "tz.impute_deaths(record, imputations=0)": (ValueError, "imputations is 0; expected 1 or more"),
    "tz.before_after('x', treated='a', before='b', after='c')": (
        TypeError,
        "expected a pandas Dat",
    ),
    "tz.before_after(frame, treated='a', before='b', after='c')": (
        DataError,
        "column 'a': is missing; expected one of day, place, who",
    ),
    "tz.before_after(frame, treated='a', before='b', after='c', level=95)": (
        ValueError,
        "level is 95; expected a number between 0 and 1",
    ),
    "tz.before_after(frame, treated='a', before='b', after='c', strata=5)": (
        TypeError,
        "strata is 5 (int); expected one name, or several",
    ),
    "tz.matched_wake('x', **WAKE)": (TypeError, "events is 'x' (str); expected a pandas DataFrame"),
    "tz.matched_wake(frame, **WAKE)": (DataError, "column 'type': no such column; expected type,"),
    "tz.matched_wake(frame, **{**WAKE, 'windows_days': 30})": (
        TypeError,
        "windows_days is 30 (int); expected numbers of days, above 0, ascending",
    ),
    "tz.matched_wake(frame, **{**WAKE, 'windows_km': ['a']})": (
        TypeError,
        "windows_km is ['a'] (list); expected kilometres, 0 or more, ascending",
    ),
    "tz.matched_wake(frame, **{**WAKE, 'windows_days': [float('nan')]})": (
        ValueError,
        "windows_days is [nan]; expected numbers of days, above 0",
    ),
    "tz.matched_wake(frame, **{**WAKE, 'windows_days': [0]})": (
        ValueError,
        "windows_days is [0]; expected numbers of days, above 0",
    ),
    "tz.matched_wake(frame, **{**WAKE, 'windows_km': [1, float('inf')]})": (
        ValueError,
        "windows_km is [1, inf]; expected kilometres",
    ),
    "tz.matched_wake(frame, **{**WAKE, 'match_on': 5})": (
        TypeError,
        "match_on is 5 (int); expected one name, or several",
    ),
    "tz.fit_hawkes('x', [0], end=3, n_kinds=1)": (
        TypeError,
        "times is 'x' (str); expected numbers",
    ),
    "tz.fit_hawkes([2, 1], [0, 0], end=3, n_kinds=1)": (ValueError, "times must be sorted"),
    "tz.fit_hawkes([1, 2], [0, 0], end='3', n_kinds=1)": (
        TypeError,
        "end is '3' (str); expected a",
    ),
    "tz.fit_hawkes([1, 2], [0, 0], end=float('nan'), n_kinds=1)": (
        ValueError,
        "end is nan; expected a finite number above 0",
    ),
    "tz.fit_hawkes([1, float('nan'), 2], [0, 0, 0], end=3, n_kinds=1)": (
        ValueError,
        "times hold nan; expected finite numbers, one per event",
    ),
    "tz.fit_hawkes([1, 2], [0.5, 0], end=3, n_kinds=1)": (
        ValueError,
        "kinds hold 0.5; expected whole numbers, one per event",
    ),
    # the model
    "tz.load_model(5)": (TypeError, "model is 5 (int); expected the path of a Python file"),
    "tz.load_policy('surje')": (ScenarioError, "Did you mean 'surge'?"),
    "tz.load_policy(5)": (TypeError, "policy is 5 (int); expected the name of a policy, or a path"),
    "tz.load_hypothesis('backlush')": (ScenarioError, "Did you mean 'backlash'?"),
    "tz.Policy('mine', 'Mine', 'M', [{'levver': 'x'}])": (ExceptionGroup, "mine has"),
    "tz.simulate('dialoge')": (ScenarioError, "Did you mean 'dialogue'?"),
    "tz.simulate('dialogue', 'backlush')": (ScenarioError, "Did you mean 'backlash'?"),
    "tz.simulate(5)": (TypeError, "policy is 5 (int); expected the name of a policy, or a path"),
    "tz.simulate(draws='10')": (TypeError, "draws is '10' (str); expected a whole number, 1 or"),
    "tz.simulate(weeks=0)": (ValueError, "weeks is 0; expected 1 to 5,200"),
    "tz.simulate(mode='median')": (ValueError, "mode is 'median'; expected 'stochastic' or 'mean'"),
    "tz.simulate(quantities='attaks')": (ScenarioError, "no quantity 'attaks'; expected one of"),
    "tz.simulate(start='soon')": (ValueError, "start is 'soon'; expected a date, or a day"),
    "tz.simulate(region='nowhere')": (DataError, "no region 'nowhere'; expected one of"),
    "tz.simulate(record=kp, start='2022-01-01', history='2010-01-01')": (
        ScenarioError,
        "expected one region for both. Give both the same region",
    ),
    # studies
    "tz.load_study('dimo')": (ScenarioError, "Did you mean 'demo'?"),
    "tz.load_study('seventeen', region='kp-fata')": (ScenarioError, "name no district"),
    "tz.run_study('surge')": (ScenarioError, "'surge' is a policy, not a study"),
    "tz.run_study('demo', 5)": (TypeError, "out is 5 (int); expected a folder, or None"),
    "tz.run_study('demo', record='x')": (TypeError, "record is 'x' (str); expected a record, as"),
    "tz.run_study('demo', record=kp)": (ScenarioError, "expected one region for both"),
    "tz.run_study('demo', workers=0)": (ValueError, "workers is 0; expected 1 or more"),
    "tz.load_study_result('absent')": (DataError, "absent: does not exist; expected the folder of"),
    # claims and documents
    "tz.weigh_claims('x')": (
        TypeError,
        "findings is 'x' (str); expected several findings in a list",
    ),
    "tz.weigh_claims({'a': 5})": (TypeError, "findings is {'a': 5} (dict); expected several find"),
    "tz.weigh_claims([5])": (TypeError, "a finding is 5 (int); expected what `estimate` returns"),
    "tz.weigh_claims([], [5])": (TypeError, "folder is 5 (int); expected the folder of a study's"),
    "tz.write_brief('x', [], 'b.html')": (TypeError, "record is 'x' (str); expected a record, as"),
    "tz.write_brief(record, finding, 'b.html')": (TypeError, "expected several findings, such as"),
    "tz.write_brief(record, {'groups': finding}, 'b.html')": (
        TypeError,
        "findings is a dict; expected several findings, such as",
    ),
    "tz.write_brief(record, [], 'b.html', studies={'a': 5})": (
        TypeError,
        "studies is {'a': 5} (dict); expected several results or folders",
    ),
    "tz.write_brief(record, [5], 'b.html')": (TypeError, "a finding is 5 (int); expected what"),
    "tz.write_brief(kp, [finding], 'b.html')": (
        ValueError,
        "expected findings of this record. Use",
    ),
    "tz.write_brief(record, [], 'b.html', ledger=5)": (
        TypeError,
        "ledger is 5 (int); expected wha",
    ),
    "tz.write_brief(record, [], 'none/b.html')": (OutputError, "Make the folder none first."),
    "tz.write_annex(record, [5], 'a.html')": (TypeError, "a finding is 5 (int); expected what"),
    "tz.write_annex(record, [], '.')": (OutputError, "is a folder; expected a file, for the annex"),
    "tz.cite('ris')": (ValueError, "style is 'ris'; expected 'bibtex' or 'text'"),
}


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    record = tarazu.load_record()
    program_of(tarazu.load_model())
    return {
        "tz": tarazu,
        "record": record,
        "kp": tarazu.load_record("kp-fata"),
        "finding": tarazu.estimate("groups", record, replicates=19, span_replicates=19, draws=2),
        "frame": pd.DataFrame({"day": ["2015-06-30"], "place": ["Kech"], "who": ["rebels"]}),
        "MAPPING": MAPPING,
        "WAKE": {
            "windows_days": [30],
            "windows_km": [50],
            "treatment": "raid",
            "control": "patrol",
            "dependent": "attack",
            "match_on": [],
        },
    }


@pytest.mark.slow
def test_bad_arguments__are_refused_in_words_before_the_work(
    names: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(*_: object) -> None:
        raise RuntimeError("the work has begun")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tarazu.evidence.registry.require_estimator", begin)
    monkeypatch.setattr("tarazu.study.simulation._runs", begin)
    differing = []
    for call, (kind, words) in CASES.items():
        try:
            eval(call, dict(names))
        except Exception as error:  # noqa: BLE001 - whatever it is, is compared
            found = f"{type(error).__name__}: {error}"
            is_right = isinstance(error, kind) and words in str(error)
        else:
            found, is_right = "no error", False
        if not is_right:
            differing.append(f"{call}\n  {kind.__name__}: {words}\n  {found}")
    assert not differing, "\n".join(differing)
    assert not list(tmp_path.iterdir())  # nothing was written


def test_bad_arguments__are_tried_on_every_public_function() -> None:
    functions = {name for name in tarazu.__all__ if name[0].islower() and name != "__version__"}
    tried = set(re.findall(r"tz\.(\w+)", " ".join(CASES)))
    assert functions <= tried
