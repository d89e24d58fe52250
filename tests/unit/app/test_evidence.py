"""The page of evidence: counts of the record by kind, period and district, and its findings."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("starlette", reason="THE LAB'S ADDRESSES WERE NOT TRIED: no extra 'app'")

from tests.unit.app.labs import HOST, in_node, needs_node, request, shipped_lab

from tarazu.app.application import make_application
from tarazu.app.evidence.cards import card, card_marks, detectable
from tarazu.app.evidence.counts import count_events
from tarazu.app.evidence.drawing import count_map_marks, timeline_marks
from tarazu.app.evidence.findings import Findings
from tarazu.app.evidence.view import read_view, show, write_view
from tarazu.app.guard import Guard
from tarazu.app.pages.evidence import page_data
from tarazu.app.service import Service
from tarazu.core.errors import DataError, FitError
from tarazu.core.provenance import canonical_json
from tarazu.evidence import Finding, estimate
from tarazu.pipeline.record_file import record_facts
from tarazu.record import Record, load_record

RECORD = load_record()
COUNTS = count_events(RECORD)
QUERIES = (
    "",
    "k=state&d=kech&from=2009&until=2013",
    "k=all&by=month&from=2011-03&until=2011-11",
    "k=unclear&d=quetta&by=month",
)


def quick(name: str, record: Record) -> Finding:
    """Return a finding that takes no time; for other names, a failure."""
    if name != "groups":
        raise FitError(f"{name} was not tried")
    return groups()


@cache
def groups() -> Finding:
    return estimate("groups", RECORD)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    service = Service(shipped_lab())
    service.evidence.findings = Findings(lambda: RECORD, make=quick)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TARAZU_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield make_application(service, hosts=frozenset({HOST}))


def events_in(first: str, last: str, initiator: str, district: str | None) -> int:
    """Count events with pandas alone."""
    events = RECORD.events
    months = events["date"].dt.to_period("M")
    chosen = (events["date_precision"] <= 4) & (months >= pd.Period(first)) & (months <= last)
    chosen &= events["initiator"] == initiator
    if district is not None:
        chosen &= events["district"] == district
    return int(events.loc[chosen, "count"].sum())


def test_counts__are_those_of_the_record() -> None:
    view = read_view("k=militant&d=kech&by=month&from=2009-03&until=2013-11", COUNTS)
    assert show(COUNTS, view).total == events_in("2009-03", "2013-11", "militant", "kech")
    whole = show(COUNTS, read_view("k=state", COUNTS))
    assert whole.total == events_in("1992-01", "2021-12", "state", None)
    assert sum(d.whole for d in whole.districts) + whole.placeless == whole.total
    assert sum(whole.bars) == whole.total


def test_counts__of_all_kinds_are_all_events_of_a_known_month() -> None:
    shown = show(COUNTS, read_view("k=all", COUNTS))
    assert shown.total + COUNTS.undated == RECORD.n_events


def test_view__of_years_holds_whole_years() -> None:
    view = read_view("by=year&from=2011-03&until=2009", COUNTS)
    assert (view.first % 12, view.last % 12) == (0, 11)
    assert write_view(view, COUNTS).split("&r=")[0].endswith("from=2009&until=2011")


def test_view__names_all_that_is_wrong() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read_view("k=mlitant&d=kehc&by=day&from=1800&until=x", COUNTS)
    text = " ".join(map(str, raised.value.exceptions))
    assert len(raised.value.exceptions) == 5
    assert "Did you mean 'kech'?" in text


@needs_node
@pytest.mark.parametrize("query", QUERIES)
def test_pictures__in_the_browser_have_the_marks_of_the_server(query: str) -> None:
    view = read_view(query, COUNTS)
    shown = show(COUNTS, view)
    found = in_node(
        """
        import { countMapMarks, timelineMarks } from "./evidence_drawing.js";
        const { shown, tiles, year, gaps } = data, { bars, view, districts } = shown;
        answer([
          timelineMarks(bars, view, year, gaps, 613, 277),
          countMapMarks(tiles, districts, view.district, 58),
        ]);
        """,
        shown=shown.model_dump(),
        tiles=page_data(COUNTS, view)["tiles"],
        year=COUNTS.first_year,
        gaps=COUNTS.gaps,
    )
    marks = [
        timeline_marks(shown.bars, view, COUNTS.first_year, COUNTS.gaps, 613, 277),
        count_map_marks(COUNTS.tiles, shown.districts, view.district, 58),
    ]
    assert found == [[list(mark) for mark in picture] for picture in marks]


def test_page__is_whole_without_scripts(lab: Guard) -> None:
    answer = request(lab, f"/evidence?{QUERIES[1]}")
    text = answer.body.decode()
    assert answer.status == 200
    assert len(re.findall(r'<svg [^>]*role="img"', text)) >= 2
    n = events_in("2009-01", "2013-12", "state", "kech")
    assert f"Kech, 2009 to 2013: {n} operations by the state." in text
    assert "CC BY 4.0" in text
    assert "1996–2002" in text  # gaps are named
    assert " style=" not in text
    assert "<style" not in text


def test_page__holds_neither_coordinates_nor_texts_of_the_source(lab: Guard) -> None:
    text = request(lab, "/evidence").body.decode()
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text)[0])
    assert {len(cell) for cell in data["cells"]} == {4}  # kind, month, district, number
    assert not re.search(r"\b(latitude|longitude|where_coordinates|source_article)\b", text)


def test_api__gives_the_counts_of_the_page(lab: Guard) -> None:
    found = request(lab, f"/api/evidence?{QUERIES[1]}").json
    assert found == show(COUNTS, read_view(QUERIES[1], COUNTS)).model_dump()
    assert request(lab, "/api/evidence?d=kehc").status == 422


def test_findings__are_computed_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab: Guard
) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "own"))
    made: list[str] = []

    def make(name: str, record: Record) -> Finding:
        made.append(name)
        return quick(name, record)

    first = Findings(lambda: RECORD, make=make)
    assert (first.state().state, first.state().done) == ("computing", 0)
    first.compute()
    again = Findings(lambda: RECORD, make=make)
    again.compute()
    assert len(made) == len(set(made)) == first.state().total
    assert again.state() == first.state()
    found = {entry["name"]: entry for entry in first.state().findings}
    assert found["groups"]["verdict"] == "described"
    assert found["wake"]["reason"] == "wake was not tried"


def test_page__shows_findings_when_they_are_there(lab: Guard) -> None:
    request(lab, "/evidence")
    end = time.monotonic() + 20
    while (state := request(lab, "/api/findings").json)["state"] == "computing":
        assert time.monotonic() < end, "findings are not there"
        time.sleep(0.05)
    assert state["done"] == state["total"]
    text = request(lab, "/evidence").body.decode()
    assert 'class="verdict">described<' in text
    assert "This estimator gave no result: wake was not tried" in text


def test_run_folder__gives_its_findings_or_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "findings.json"
    entry = groups().to_dict()
    file.write_text(json.dumps([entry]), encoding="utf-8")
    state = Findings(lambda: None, run=file).state()
    assert (state.source, state.findings[0]["name"]) == ("run", "groups")
    for wrong in ("[1]", "{", '[{"name": "groups"}]', "1"):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(DataError, match="does not hold findings"):
            Findings(lambda: None, run=file)


def test_run_folder__of_another_record_shows_no_counts_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "findings.json").write_text(json.dumps([groups().to_dict()]), encoding="utf-8")
    facts = json.loads(canonical_json(record_facts(RECORD)))
    for inputs in (facts["inputs"], facts["inputs"] | {"events": "0" * 64}):
        file = tmp_path / "record.json"
        file.write_text(json.dumps(facts | {"inputs": inputs, "events": 1234}), encoding="utf-8")
        service = Service(shipped_lab(), folder=tmp_path)
        app = make_application(service, hosts=frozenset({HOST}))
        page, data = (request(app, path) for path in ("/evidence", "/api/evidence"))
        assert page.status == 200
        assert b"Findings of the run" in page.body
        is_shipped = inputs == facts["inputs"]
        assert (b'id="timeline"' in page.body) == is_shipped
        assert (b"1,234 events (457 attacks by armed groups" in page.body) != is_shipped
        assert data.status == (200 if is_shipped else 422)
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="does not describe a record"):
        Service(shipped_lab(), folder=tmp_path)


def test_region_without_a_record__says_so() -> None:
    lab = shipped_lab()
    elsewhere = replace(lab, region=replace(lab.region, name="elsewhere"))
    app = make_application(Service(elsewhere), hosts=frozenset({HOST}))
    answer = request(app, "/evidence")
    assert answer.status == 200
    assert b"No record of" in answer.body
    assert request(app, "/api/evidence").status == 422


def test_card__draws_what_could_be_detected_to_scale() -> None:
    marks = {m[1]["class"]: m[1] for m in card_marks(0.1, (-0.1, 0.3), 0.4, -0.2)}
    band, line, dot = marks["undetectable"], marks["interval"], marks["estimate"]
    left, right = float(band["x"]), float(band["x"]) + float(band["width"])
    x = np.interp(
        [float(line["x1"]), float(dot["cx"]), float(line["x2"])], [left, right], [-0.2, 0.4]
    )
    np.testing.assert_allclose(x, [-0.1, 0.1, 0.3], atol=0.002)  # one decimal of a px
    assert "open" in "".join(m[1]["class"] for m in card_marks(0.1, None, 0.4, None))


def test_card__says_what_was_not_measured() -> None:
    assert "not measured" in detectable(None, None, "attacks", is_test=True)
    assert "no test" in detectable(None, None, "attacks", is_test=False)
    entry = groups().to_dict()
    assert card(entry, is_final=False).verdict == "described"


def test_address__is_a_share_link(lab: Guard) -> None:
    query = write_view(read_view(QUERIES[2], COUNTS), COUNTS)
    assert urlencode({"k": "all"}) in query
    assert (
        f'href="?{query.replace("&", "&amp;")}"' in request(lab, f"/evidence?{query}").body.decode()
    )
