"""The first page: levers, the fan of attacks, outcomes and the map."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from tarazu.app import words
from tarazu.app.comparison import MOST_POLICIES, short_query
from tarazu.app.drawing import fan_marks, map_marks, map_size, svg
from tarazu.app.futures import EXPECTED_DRAWS, STAGES, STEP, Futures
from tarazu.app.lab import OPEN, SEED, START, TODAY, Lab
from tarazu.app.pages.waiting import template
from tarazu.app.state import State, shown_levers, write_query
from tarazu.app.where import EVERYWHERE, LAST_DAY, describe_where, write_where
from tarazu.policy import Setting

LARGE: Final = (480, 280)  # px of the first picture
SMALL: Final = (480, 230)
TILE: Final = 58  # px from one hexagon to the next
SLIDER_TOPS: Final = {"operational_tempo": 4.0, "project_scale": 3.0}
"""Ends of sliders whose lever goes further than any policy would; the number beside them may."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page holds that works without a server.

    Attributes
    ----------
    policy : its content policy. page_style, picture_style, script : inline.
    inputs : of the mean field, by hypothesis.
    """

    policy: str
    page_style: Markup
    picture_style: Markup
    script: Markup
    inputs: Mapping[str, Any]


def lab_page(
    lab: Lab,
    state: State,
    futures: Futures,
    changes: tuple[str, ...] = (),
    *,
    saved: Saved | None = None,
) -> str:
    """Return the lab's page for a state.

    Parameters
    ----------
    changes : what differs from the Tarazu that made the link; see `changes_since`.
    saved : for a page that works without a server.
    """
    data = {**lab_data(lab, state, futures), **({"inputs": saved.inputs} if saved else {})}
    known = {
        "words": words.load_words(),
        "lab": lab,
        "state": state,
        "question": words.fill("question", region=lab.region.title),
        "notes": [words.fill(f"link_{what}") for what in changes],
        "headline": words.headline(futures, is_today=state.is_today),
        "mode": words.mode(futures),
        "cost": words.cost(futures),
        "charts": list(_charts(futures, state)),
        "map": _map(lab, futures, state),
        "open": [row for row in _levers(lab, state) if row["is_open"]],
        "more": [row for row in _levers(lab, state) if not row["is_open"]],
        "days": [day.isoformat() for day in (START, LAST_DAY)],
        "query": write_query(state, lab),
        "compare": f"/compare?{urlencode([('y', state.years), ('s', short_query(state))])}",
        "data": Markup(data_block(data)),
        "saved": saved,
    }
    return template("lab.html.j2").render(known)


def problem_page(text: str) -> str:
    """Return the page for an address that holds no scenario."""
    return template("problem.html.j2").render(text=text)


def _charts(futures: Futures, state: State) -> Iterator[dict[str, Any]]:
    for i, outcome in enumerate(futures.outcomes):
        width, height = LARGE if i == 0 else SMALL
        text = words.sentence(outcome, futures, is_today=state.is_today)
        marks = fan_marks(
            outcome, futures.weeks, futures.step, width, height, is_today=state.is_today
        )
        picture = svg(
            marks,
            width=width,
            height=height,
            key=f"fan-{outcome.name}",
            title=f"{outcome.title}, {words.span(futures.weeks)}. {words.fill('not_calibrated')}",
            text=text,
        )
        rows = zip(outcome.policy.q05, outcome.policy.q50, outcome.policy.q95, strict=True)
        today = zip(outcome.today.q05, outcome.today.q50, outcome.today.q95, strict=True)
        yield {
            "name": outcome.name,
            "title": outcome.title,
            "axis": words.fill("chart_axis", unit=outcome.unit),
            "text": text,
            "svg": Markup(picture),
            "rows": [
                (f"{(i + 1) * STEP}", *map(_cell, row), *map(_cell, base))
                for i, (row, base) in enumerate(zip(rows, today, strict=True))
            ],
        }


def _cell(value: float) -> str:
    return f"{value:,.1f}"


def _map(lab: Lab, futures: Futures, state: State) -> dict[str, Any] | None:
    if not lab.region.tiles:
        return None
    width, height = map_size(lab.region.tiles, TILE)
    text = words.map_sentence(futures, is_today=state.is_today)
    picture = svg(
        map_marks(lab.region.tiles, futures.districts, TILE),
        width=width,
        height=height,
        key="map",
        title=f"{words.fill('map_title')}. {words.fill('not_calibrated')}",
        text=text,
    )
    return {
        "title": words.fill("map_title"),
        "text": text,
        "svg": Markup(picture),
        "rows": [
            (d.name, words.amount(d.today), words.amount(d.policy), words.change(d.change))
            for d in futures.districts
        ],
    }


def _levers(lab: Lab, state: State) -> Iterator[dict[str, Any]]:
    shown = shown_levers(lab, state.start)
    for name, lever in lab.levers.items():
        value = state.levers.get(name, shown[name])
        top = lever.high
        if name in SLIDER_TOPS and value <= SLIDER_TOPS[name]:
            top = min(top, SLIDER_TOPS[name])
        step = 0.01 if top - lever.low < 0.5 else 0.05 if top - lever.low <= 1 else 0.1
        yield {
            "name": name,
            "title": name.replace("_", " ").capitalize(),
            "meaning": lever.meaning[:1].upper() + lever.meaning[1:],
            "low": f"{lever.low:g}",
            "high": f"{lever.high:g}",
            "top": f"{top:g}",
            "step": f"{step:g}",
            "default": f"{lever.default:g}",
            "value": f"{value:g}",
            "is_open": name in OPEN,
            "where": _place(state, name, lab),
            "hidden": list(write_where(name, state.where.get(name, EVERYWHERE))),
        }


def _place(state: State, name: str, lab: Lab) -> str:
    where = state.where.get(name, EVERYWHERE)
    if where == EVERYWHERE:
        return ""
    return words.fill("where_note", where=describe_where(where, lab, in_days=True))


def lab_data(lab: Lab, state: State, futures: Futures) -> Mapping[str, Any]:
    """Return what the scripts of the page read."""
    return {
        "words": words.load_words(),
        "levers": [
            {"name": n, "low": lever.low, "high": lever.high, "default": lever.default}
            for n, lever in lab.levers.items()
        ],
        "order": [*lab.model.levers],
        "policies": {
            name: [_setting(setting, lab) for setting in policy.settings]
            for name, policy in lab.policies.items()
        },
        "meanings": {name: policy.meaning for name, policy in lab.policies.items()},
        "hypotheses": {
            name: {"title": hypothesis.title, "meaning": hypothesis.meaning}
            for name, hypothesis in lab.hypotheses.items()
        },
        "districts": [
            {"slug": d.slug, "name": d.name, "division": d.division} for d in lab.region.districts
        ],
        "divisions": [*lab.divisions],
        "start": START.isoformat(),
        "tiles": [{"slug": t.slug, "abbr": t.abbr, "x": t.x, "y": t.y} for t in lab.region.tiles],
        "region": lab.region.title,
        "version": lab.version,
        "key": lab.key,
        "today": TODAY,
        "seed": SEED,
        "step": STEP,
        "draws": EXPECTED_DRAWS,
        "stages": STAGES,
        "most": MOST_POLICIES,
        "outcomes": [{"name": o.name, "title": o.title, "unit": o.unit} for o in futures.outcomes],
        "state": state.model_dump(),
        "futures": futures.model_dump(),
    }


def _setting(setting: Setting, lab: Lab) -> dict[str, Any]:
    """Return a setting with its districts by their keys."""
    places = setting.districts
    return {
        "lever": setting.lever,
        "value": setting.value,
        "districts": places if places == "all" else [lab.region.lookup(name) for name in places],
        "from_week": setting.from_week,
        "until_week": setting.until_week,
    }


def data_block(data: Mapping[str, Any]) -> str:
    """Return data as JSON that cannot end the element around it."""
    return json.dumps(data).replace("<", "\\u003c")
