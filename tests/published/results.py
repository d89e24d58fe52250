"""The table of published answers: what was expected, what record and estimator said.

    python -m tests.published.results ../shared/data

writes tests/published/results.json and docs/validation/published.md.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import ndtr, ndtri
from tests.published import inquiry, records
from tests.published.power import slope

import tarazu as tz
from tarazu.evidence import CANNOT_TELL, Finding
from tarazu.evidence.daily_counts import to_daily_counts
from tarazu.evidence.displacement.estimator import VERDICTS as NEXT_DOOR
from tarazu.evidence.escalation.estimator import district_days, measure_escalation
from tarazu.evidence.options import LEVEL, SIGNIFICANCE
from tarazu.evidence.retaliation.estimator import VERDICTS as AFTER

HERE: Final = Path(__file__).parent
ANSWERS: Final = HERE / "answers.toml"
POWER: Final = HERE / "power.json"
RESULTS: Final = HERE / "results.json"
PAGE: Final = HERE.parents[1] / "docs" / "validation" / "published.md"
INQUIRY: Final = PAGE.with_name("kp-fata.md")
SEEN: Final = "## What was seen"
REMAINS: Final = "## What remains"
VERDICTS: Final = {"retaliation": AFTER, "displacement": NEXT_DOOR}
OPENING: Final = """# Answers that were known before

Five records for which others have published an answer. What was expected, the estimator, its
window, the power at the size of the record and each deviation from the paper were committed before
any of them was run (`tests/published/answers.toml`, `power.json`);
`python -m tests.published.results ../shared/data` makes this page.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; `is_primary` marks the one that agrees or disagrees."""

    benchmark: str
    name: str
    verdict: str
    estimate: float
    low: float
    high: float
    p_value: float
    unit: str
    n: Mapping[str, int]
    is_primary: bool = False
    said: str = ""


def load_answers() -> dict[str, dict[str, Any]]:
    """Return what is expected, by benchmark."""
    return tomllib.loads(ANSWERS.read_text(encoding="utf-8"))


def chechnya(folder: Path) -> list[Result]:
    """Shelled against other villages of the same number of attacks before."""
    found = tz.before_after(records.chechnya(folder), **records.VILLAGES)
    sign = "deterrence" if found.estimate < 0 else "backlash"
    verdict = sign if found.p_value < SIGNIFICANCE else CANNOT_TELL
    alone = sum(found.n_alone)
    return [
        Result(
            "chechnya",
            "villages of equal numbers of attacks before",
            verdict,
            found.estimate,
            *found.interval,
            found.p_value,
            "attacks per shelled village",
            {"shelled": found.n_treated, "other": found.n_untreated, "alone": alone},
            is_primary=True,
            said=f"{found.relative:+.0%} of what they would have had",
        )
    ]


def iraq(folder: Path) -> list[Result]:
    """Attacks after air strikes, two periods and both together, at home and next door."""
    periods = ("2006", "2007-08")
    rows: list[Result] = []
    for estimator in ("retaliation", "displacement"):
        options = inquiry.QUICK if estimator == "retaliation" else {"draws": 2}
        findings = [tz.estimate(estimator, part, **options) for part in records.iraq(folder)]
        rows += [
            _of_finding("iraq", f"{estimator}, {period}", finding)
            for period, finding in zip(periods, findings, strict=True)
        ]
        rows.append(_together("iraq", estimator, rows[-2:]))
    return rows


def israel_palestine(folder: Path) -> list[Result]:
    """Who follows whom, both ways."""
    names = ("Israeli forces after Palestinians", "Palestinians after Israeli forces")
    return [
        _of_finding("israel_palestine", name, tz.estimate("reaction", record), is_primary=i == 0)
        for i, (name, record) in enumerate(
            zip(names, records.israel_palestine(folder), strict=True)
        )
    ]


def afghanistan(folder: Path) -> list[Result]:
    """The line through exponents and first gaps, and the finding of the estimator itself."""
    record = records.afghanistan(folder)
    days = district_days(to_daily_counts(record), record.region.slugs)
    curves = measure_escalation(days).curves
    fitted, r2 = slope([(curve.first_gap, curve.exponent) for curve in curves.values()])
    power = json.loads(POWER.read_text(encoding="utf-8"))["afghanistan"]["constant rates"]
    beyond = fitted > power["high"]
    by_chance = f"{power['slope']:.2f} (90% {power['low']:.2f} to {power['high']:.2f})"
    line = Result(
        "afghanistan",
        "slope of the exponent on the first gap",
        "positive" if fitted > 0 else "negative",
        fitted,
        float("nan"),
        float("nan"),
        float("nan"),
        "per tenfold first gap",
        {"provinces": len(curves)},
        is_primary=True,
        said=f"r squared {r2:.2f}; where rates are constant the same fits give {by_chance}: "
        + ("more than" if beyond else "no more than")
        + " chance",
    )
    return [line, _of_finding("afghanistan", "escalation", tz.estimate("escalation", record))]


def fata(folder: Path) -> list[Result]:
    """Attacks after drone strikes, in the agency of each."""
    finding = inquiry.retaliation(records.fata(folder))
    return [_of_finding("fata", "retaliation", finding, is_primary=True)]


BENCHMARKS: Final[Mapping[str, Callable[[Path], list[Result]]]] = {
    "chechnya": chechnya,
    "iraq": iraq,
    "israel_palestine": israel_palestine,
    "afghanistan": afghanistan,
    "fata": fata,
}


def compute(folder: Path) -> list[Result]:
    """Return all results, those of the inquiry last."""
    found = [result for run in BENCHMARKS.values() for result in run(folder)]
    analyses = {letter: run() for letter, run in inquiry.analyses(folder).items()}
    said = inquiry.judge(analyses)
    rows = [_of_finding("kp_fata", letter, finding) for letter, finding in analyses.items()]
    rows[0] = replace(rows[0], is_primary=True, said=said)
    return found + rows


def agreement(result: Result, expected: str) -> str:
    """Return whether a primary result says what was expected of it."""
    if expected == "disputed":
        return f"disputed: this record says {result.verdict}"
    if result.verdict == expected:
        return "agrees"
    return CANNOT_TELL if result.verdict == CANNOT_TELL else "disagrees"


def _of_finding(benchmark: str, name: str, finding: Finding, *, is_primary: bool = False) -> Result:
    low, high = finding.interval or (float("nan"), float("nan"))
    return Result(
        benchmark,
        name,
        finding.verdict,
        float("nan") if finding.estimate is None else finding.estimate,
        low,
        high,
        float("nan") if finding.p_value is None else finding.p_value,
        finding.unit,
        finding.n_used,
        is_primary,
        finding.sentence,
    )


def _together(benchmark: str, estimator: str, rows: Sequence[Result]) -> Result:
    """Return the mean of results by inverse variance, their intervals taken as normal."""
    z = float(ndtri(0.5 + LEVEL / 2))
    errors = np.array([(row.high - row.low) / (2 * z) for row in rows])
    weights = errors**-2 / (errors**-2).sum()
    estimate = float(weights @ [row.estimate for row in rows])
    error = float((errors**-2).sum() ** -0.5)
    p_value = float(2 * ndtr(-abs(estimate) / error))
    verdict: str = CANNOT_TELL
    if p_value < SIGNIFICANCE:
        rises, falls, _ = VERDICTS[estimator]
        verdict = rises if estimate > 0 else falls
    return Result(
        benchmark,
        f"{estimator}, both periods",
        verdict,
        estimate,
        estimate - z * error,
        estimate + z * error,
        p_value,
        rows[0].unit,
        {key: sum(row.n[key] for row in rows) for key in rows[0].n},
        is_primary=estimator == "retaliation",
        said="by inverse variance",
    )


def write_page(found: Sequence[Result], page: Path = PAGE) -> None:
    """Write the table of published answers and the results of the inquiry."""
    answers = load_answers()
    power = json.loads(POWER.read_text(encoding="utf-8"))
    lines = [OPENING]
    lines += ["| record | published | expected | result | agreement |", "|---|---|---|---|---|"]
    for name, answer in answers.items():
        row = next(row for row in found if row.benchmark == name and row.is_primary)
        lines.append(
            f"| {answer['title']} | {answer['answer']} | {answer['expected']} | {_numbers(row)} | "
            f"{agreement(row, answer['expected'])} |"
        )
    for name, answer in answers.items():
        rows = [row for row in found if row.benchmark == name]
        lines += ["", f"## {answer['title']}", "", answer["question"]]
        lines += ["", f"{answer['citation']}, doi {answer['doi']}: {answer['answer']}."]
        lines += ["", f"Estimator: `{answer['estimator']}`. Window: {answer['window']}."]
        lines += [answer["design"], "", "Not as in the paper:", ""]
        lines += [f"- {text}" for text in answer["deviations"]]
        lines += ["", "Power at this size, before the run:", ""]
        lines += [f"- {text}" for text in _powers(power[name])]
        lines += ["", "| result | estimate, interval, p | verdict | n |", "|---|---|---|---|"]
        lines += [_line(row) for row in rows]
        lines += ["", *(f"- {row.name}: {row.said}" for row in rows if row.said)]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_inquiry(found: Sequence[Result], page: Path = INQUIRY) -> None:
    """Write what the analyses of the inquiry found between the rule and what remains."""
    rule, _, after = page.read_text(encoding="utf-8").partition(SEEN)
    remains = after.partition(REMAINS)[2]
    rows = [row for row in found if row.benchmark == "kp_fata"]
    lines = [rule.rstrip(), "", SEEN, "", f"By the rule: **{rows[0].said}**.", ""]
    lines += ["| | estimate, interval, p | verdict | n |", "|---|---|---|---|"]
    lines += [_line(row) for row in rows]
    page.write_text("\n".join(lines) + f"\n\n{REMAINS}{remains}", encoding="utf-8")


def _line(row: Result) -> str:
    n = ", ".join(f"{count:,} {name}" for name, count in row.n.items())
    return f"| {row.name} | {_numbers(row)} | {row.verdict} | {n} |"


def _numbers(row: Result) -> str:
    if np.isnan(row.estimate):
        return "no estimate"
    text = f"{row.estimate:+.2f}"
    if not np.isnan(row.low):
        text += f" ({row.low:+.2f} to {row.high:+.2f})"
    if not np.isnan(row.p_value):
        text += f", p {row.p_value:.2g}"
    return f"{text} {row.unit}"


def _powers(known: Mapping[str, Any], under: str = "") -> list[str]:
    """Return lines of rates with their intervals, however deep they lie."""
    lines = []
    for name, value in known.items():
        if "share" in value:
            rate = f"{value['share']:.0%} ({value['low']:.0%} to {value['high']:.0%})"
            lines.append(f"{under}{name}: {rate} of {value['records']}")
        elif "slope" in value:
            between = f"{value['low']:.2f} to {value['high']:.2f}"
            lines.append(f"{under}{name}: slope {value['slope']:.2f} (90% {between})")
        else:
            lines += _powers(value, f"{under}{name}: ")
    return lines


def main(folder: Path) -> None:
    """Compute all results and write them down."""
    found = compute(folder)
    text = json.dumps([asdict(row) for row in found], indent=1, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    write_page(found)
    write_inquiry(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
