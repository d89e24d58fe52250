"""Findings and studies made by hand, and the text of a page, for the tests of the brief."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tests.unit.evidence.findings import weak_retaliation

from tarazu.evidence.error_rates import SIZE, SMALLEST_FALL, SMALLEST_RISE
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.study import OUTCOMES, StudyResult
from tarazu.study.runner.result import Label

DRAWS = 40
HYPOTHESES = (Label("full", "Nothing ruled out", ""), Label("deterrence", "Crackdown deters", ""))
RATES = {SMALLEST_RISE: 0.34, SMALLEST_FALL: -0.29, SIZE: 0.042}
LONG = "Halve operations from 2027 on, charge or release whoever is taken, and open talks at once"


def retaliation(
    estimate: float | None = 0.06,
    interval: tuple[float, float] | None = (-0.04, 0.2),
    *,
    p_value: float | None = 0.35,
    verdict: str = CANNOT_TELL,
    validation: dict[str, Any] | None = None,
) -> Finding:
    """The finding on what operations do to attacks."""
    return replace(
        weak_retaliation(),
        estimate=estimate,
        interval=interval,
        p_value=p_value,
        verdict=verdict,
        validation=RATES if validation is None else validation,
        options={"horizon": 42},
    )


def named(name: str, verdict: str, p_value: float, **validation: float) -> Finding:
    """Another test of the battery."""
    return replace(
        retaliation(p_value=p_value, verdict=verdict, validation=validation), name=name, figures=()
    )


def study(
    changes: dict[str, np.ndarray],
    *,
    titles: dict[str, str] | None = None,
    districts: dict[str, tuple[str, ...]] | None = None,
    parameters: pd.DataFrame | None = None,
    grid: str = "",
    quiet: dict[str, float] | None = None,
    deterred: dict[str, np.ndarray] | None = None,
) -> StudyResult:
    """A study of two hypotheses whose policies change civilians killed as given, draw by draw.

    Parameters
    ----------
    changes : (DRAWS,) by policy. deterred : those under the second hypothesis, where they differ.
        quiet : share of runs with a year without an attack, by policy.
    """
    random = np.random.default_rng(3)
    base = random.integers(100, 300, DRAWS).astype(float)
    names = ["status-quo", *changes]
    under = {"full": changes, "deterrence": changes | (deterred or {})}
    rows = [
        {
            **dict.fromkeys(OUTCOMES, 0.0),
            "hypothesis": hypothesis.name,
            "policy": name,
            "draw": draw,
            "weeks": 260,
            "deaths_civilian": base[draw]
            + (under[hypothesis.name][name][draw] if name in changes else 0.0),
            "quiet_year": (quiet or {}).get(name, 0.0),
        }
        for hypothesis in HYPOTHESES
        for name in names
        for draw in range(DRAWS)
    ]
    table = parameters
    if table is None:
        table = pd.DataFrame(random.normal(size=(DRAWS, 20))).add_prefix("p")
    drawn = pd.concat([table.assign(hypothesis=h.name, draw=range(DRAWS)) for h in HYPOTHESES])
    info = pd.DataFrame({"parameter": table.columns, "unit": "1", "source": "assumed: a guess"})
    made = StudyResult(
        folder=Path("made"),
        name="made",
        title="Made",
        question="?",
        start="today",
        weeks=260,
        origin_week=0,
        horizons=(260,),
        draws=DRAWS,
        replicates=2,
        seed=1,
        policies=tuple(
            Label(name, (titles or {}).get(name, name), "", (districts or {}).get(name, ()))
            for name in names
        ),
        baseline="status-quo",
        hypotheses=HYPOTHESES,
        record_range=None,
        kept_share={},
        is_operation=False,
        digests={},
        region="Balochistan, Pakistan",
        grid=grid,
    )
    made.__dict__.update(metrics=pd.DataFrame(rows), parameters=drawn, parameter_info=info)
    return made


def text_of(page: str | Path) -> str:
    """The words of a page, without its style, in one line; labels of pictures are in it."""
    html = page.read_text(encoding="utf-8") if isinstance(page, Path) else page
    body = html.split("<body>")[1]
    body = re.sub(r'aria-label="([^"]*)"', r">\1<", body)
    body = re.sub(r"</(text|span|td|th|li|p|h1|h2|dt|dd|small|strong)>", " ", body)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", body)).split())
