"""Scripts of the page compute, write and draw what the server does."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.unit.app.labs import STATIC, in_node, needs_node, shipped_lab

from tarazu.app import words
from tarazu.app.drawing import fan_marks, map_marks
from tarazu.app.futures import Futures
from tarazu.app.pages.lab import lab_data
from tarazu.app.service import Service
from tarazu.app.state import State, check_state, policy_of, read_state, write_query
from tarazu.app.where import Where, describe_where, first_day

LAB = shipped_lab()
SERVICE = Service(LAB)
TOLERANCE = 1e-9  # relative
STATES = {
    "a lever": State(hypothesis="backlash", years=1, levers={"operational_tempo": 0.5}),
    "weeks": State(hypothesis="deterrence", start="withdrawal", years=2, levers={"dialogue": 1.0}),
    "today": State(years=1),
    "districts and weeks": State(
        years=2,
        levers={"dialogue": 0.7, "operational_tempo": 2.5},
        where={
            "dialogue": Where(districts=("kech", "gwadar", "panjgur", "quetta"), start=20, ramp=30),
            "operational_tempo": Where(start=80, ramp=50),
        },
    ),
}


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest) -> State:
    return check_state(STATES[request.param], LAB)


def numbers(value: object) -> list[float]:
    """Return all numbers of nested data, in order."""
    if isinstance(value, dict):
        return [n for key in sorted(value) for n in numbers(value[key])]
    if isinstance(value, list):
        return [n for one in value for n in numbers(one)]
    return [float(value)] if isinstance(value, int | float) else []


@needs_node
def test_expected_paths__in_the_browser_are_those_of_the_server(
    state: State, tmp_path: Path
) -> None:
    (tmp_path / "model.mjs").write_text(LAB.javascript)
    futures = SERVICE.expected(state)
    found = in_node(
        """
        import { compare, runMembers } from "./expected.js";
        const model = await import(data.model);
        const { lab, inputs, state } = data;
        const today = runMembers(lab, inputs, model, { ...state, start: lab.today, levers: {} });
        const policy = runMembers(lab, inputs, model, state);
        answer(compare(lab, inputs, state, policy, today));
        """,
        model=str(tmp_path / "model.mjs"),
        lab=lab_data(LAB, state, futures),
        inputs=SERVICE.inputs(state.hypothesis),
        state=state.model_dump(),
    )
    expected = futures.model_dump()
    for one in (found, expected):  # counts of near-equal numbers are not near each other
        for outcome in one["outcomes"]:
            outcome["change"].pop("equal")
        assert one["districts"][0].pop("fewer") is not None
    assert Futures.model_fields.keys() == found.keys()
    np.testing.assert_allclose(
        numbers(found["outcomes"]), numbers(expected["outcomes"]), rtol=TOLERANCE, atol=1e-6
    )
    changes = [[d["change"] for d in one["districts"]] for one in (found, expected)]
    np.testing.assert_allclose(*changes, atol=1e-6)
    assert found["extra_cost"] == pytest.approx(expected["extra_cost"], rel=TOLERANCE)


@needs_node
def test_settings__in_the_browser_are_those_of_the_policy(state: State) -> None:
    found = in_node(
        """
        import { describeWhere } from "./place.js";
        import { firstDay, readQuery, settingsOf, weekOf, whereOf, writeQuery } from "./state.js";
        const { lab, query, state } = data;
        answer({
          settings: settingsOf(lab, state),
          query: writeQuery(lab, readQuery(lab, query)),
          days: [0, 20, 519].map((week) => [firstDay(lab, week), weekOf(lab, firstDay(lab, week))]),
          words: Object.keys(state.levers).map((name) => describeWhere(lab, whereOf(state, name))),
        });
        """,
        lab=lab_data(LAB, state, SERVICE.expected(state)),
        query=write_query(state, LAB),
        state=state.model_dump(),
    )
    keys = ("lever", "value", "districts", "from_week", "until_week")
    policy = [one.model_dump() for one in policy_of(state, LAB).settings]
    if state.levers:
        assert found["settings"] == [
            {key: list(one[key]) if isinstance(one[key], tuple) else one[key] for key in keys}
            for one in policy
        ]
    assert read_state(found["query"], LAB) == state
    assert found["days"] == [[first_day(week).isoformat(), week] for week in (0, 20, 519)]
    assert found["words"] == [
        describe_where(state.where.get(name, Where()), LAB, in_days=True) for name in state.levers
    ]


@needs_node
def test_pictures__in_the_browser_have_the_marks_of_the_server(state: State) -> None:
    futures = SERVICE.expected(state)
    found = in_node(
        """
        import { fanMarks, mapMarks } from "./drawing.js";
        const { futures, tiles, today } = data, { weeks, step } = futures;
        answer([
          ...futures.outcomes.map((one) => fanMarks(one, weeks, step, 517, 291, today)),
          mapMarks(tiles, futures.districts, 58),
        ]);
        """,
        futures=futures.model_dump(),
        tiles=lab_data(LAB, state, futures)["tiles"],
        today=state.is_today,
    )
    marks = [
        fan_marks(one, futures.weeks, futures.step, 517, 291, is_today=state.is_today)
        for one in futures.outcomes
    ]
    marks.append(map_marks(LAB.region.tiles, futures.districts, 58))
    assert found == [[list(mark) for mark in picture] for picture in marks]


@needs_node
def test_sentences__in_the_browser_are_those_of_the_server(state: State) -> None:
    futures, today = SERVICE.expected(state), state.is_today
    found = in_node(
        """
        import { cost, headline, mapSentence, mode, sentence } from "./words.js";
        const { futures, today, words } = data;
        answer([
          headline(words, futures, today),
          cost(words, futures),
          mapSentence(words, futures, today),
          mode(words, futures),
          ...futures.outcomes.map((one) => sentence(words, one, futures, today)),
        ]);
        """,
        futures=futures.model_dump(),
        today=today,
        words=words.load_words(),
    )
    assert found == [
        words.headline(futures, is_today=today),
        words.cost(futures),
        words.map_sentence(futures, is_today=today),
        words.mode(futures),
        *(words.sentence(one, futures, is_today=today) for one in futures.outcomes),
    ]


@needs_node
@pytest.mark.parametrize("value", [0.0, -0.4, 0.5, -0.5, 1.5, 2.5, -2.5, 1234.5, 1e6, -1e6 + 0.5])
def test_numbers__in_the_browser_are_written_as_by_the_server(value: float) -> None:
    script = (
        'import { amount, change } from "./words.js"; answer([amount(data.v), change(data.v)]);'
    )
    assert in_node(script, v=value) == [words.amount(value), words.change(value)]


@needs_node
def test_scripts__pass_their_own_tests() -> None:
    done = subprocess.run(
        ["node", "--test", str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout


def test_scripts__load_nothing_from_elsewhere() -> None:
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
