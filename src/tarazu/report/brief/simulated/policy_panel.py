"""The panel of policies: paired changes from today, and how often they go down, by assumption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tarazu.core.number_format import count, percent
from tarazu.report import anchors
from tarazu.report.anchors import ENDING, SHARES
from tarazu.report.brief.simulated.policies import (
    OUTCOMES,
    changes_of,
    civilians,
    compared,
    ending_of,
    ending_shares,
    own_policies,
    title_of,
    verdict_on,
)
from tarazu.report.brief.texts import TEXTS, fit, inline, listed, plain_name, short, whole
from tarazu.report.svg.canvas import Canvas
from tarazu.report.tables.policies import hypotheses, span
from tarazu.study import StudyResult
from tarazu.study.analysis.leader import EVEN, PairedShares, find_leader
from tarazu.study.analysis.summary import in_order, main_horizon
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.runner.result import Label

MOST_ROWS: Final = 4  # policies on the page
MOST_SETTINGS: Final = 7  # of a lever, on the page
TODAY: Final = 1.0  # of a lever that multiplies what is done today
MULTIPLE: Final = "multiple of today"  # in the meaning of such a lever
MOST_STRIP: Final = 6  # hypotheses on the page
NAME: Final = 44  # letters of a hypothesis at the head of its column
STEPS: Final = (0.05, 0.2, 0.35, 0.45, 0.55, 0.65, 0.8, 0.95)  # shades of the strip begin here
SHADES: Final = (0.005, 0.1, 0.25, 0.5, 0.75, 0.9)  # of runs in which violence ends
EQUAL: Final = 0.05  # share of futures without a difference that is shown
COLOURS: Final = 5  # of policies, in the style sheet
BAR: Final = 150.0  # px, of an interval
TITLE_WORDS: Final = 18
TITLE: Final = 48  # letters of a policy's title in the table


@dataclass(frozen=True, slots=True)
class Change:
    """Paired change of one outcome: its text, and a bar on the scale that policies share."""

    median: str
    ends: str
    bar: str


@dataclass(frozen=True, slots=True)
class Share:
    """A cell of the strip.

    Attributes
    ----------
    text : the share of futures. remarks : on which side of one half its interval lies, and the
        share without a difference where it is not small.
    said : the share with its interval. look : class of its shade.
    is_clear : whether its interval leaves out one half.
    """

    text: str
    remarks: tuple[str, ...]
    said: str
    look: str
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A policy (or a setting of a lever) in the panel."""

    title: str
    where: str
    colour: int
    is_own: bool
    changes: tuple[Change, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class PolicyPanel:
    """Policies against the baseline, or settings of a lever, as a table with a strip.

    Attributes
    ----------
    columns : of the changes. strip : heading of the strip. assumptions : its columns.
    rest : which rows are left out, in words.
    anchor, column_anchors, share_anchor : where the numbers of the panel, of each column of changes
        and of the strip are in the annex.
    """

    key: str
    title: str
    lead: str
    columns: tuple[str, ...]
    strip: str
    assumptions: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str
    rest: str
    anchor: str
    share_anchor: str
    column_anchors: tuple[str, ...] = ()


def policy_panel(result: StudyResult) -> PolicyPanel | None:
    """Return the panel of a study; None where there is nothing to compare."""
    shown = compared(result)
    if not shown:
        return None
    table, names, first = changes_of(result), hypotheses(result), in_order(result)[0]
    strip = dict(list(names.items())[:MOST_STRIP])
    reach = {
        outcome: max(
            max(abs(row[end]) for end in ("change_q05", "change_q95"))
            for policy in shown[:MOST_ROWS]
            for row in [table[outcome, first, policy.name]]
        )
        for outcome in OUTCOMES
    }
    own = {policy.name for policy in own_policies(result)}
    rows = tuple(
        Row(
            title=short(policy.title, TITLE),
            where=listed(list(policy.districts)),
            colour=i % COLOURS,
            is_own=policy.name in own,
            changes=tuple(
                _change(table[outcome, first, policy.name], reach[outcome], i % COLOURS)
                for outcome in OUTCOMES
            ),
            shares=tuple(_share_cell(civilians(result, policy.name, name)) for name in strip),
        )
        for i, policy in enumerate(shown[:MOST_ROWS])
    )
    even = share_of(np.full(result.draws, EVEN))
    return PolicyPanel(
        key="policies",
        title=_tagged(_title(result)),
        lead=TEXTS.text(
            "policies",
            "lead",
            name=short(title_of(result, result.baseline)),
            span=span(main_horizon(result)),
        ),
        columns=tuple(TEXTS.text("policies", key) for key in ("civilians", "attacks", "missing")),
        strip=TEXTS.text("policies", "strip"),
        assumptions=tuple(inline(short(title, NAME)) for title in strip.values()),
        rows=rows,
        note=TEXTS.text(
            "policies",
            "note",
            draws=count(result.draws),
            half=count(100 * (even.high - even.low) / 2),
            study=result.name,
        ),
        rest=_rest(len(shown)),
        anchor=anchors.study(result.name),
        share_anchor=anchors.study_outcome(result.name, SHARES),
        column_anchors=tuple(anchors.study_outcome(result.name, name) for name in OUTCOMES),
    )


def _title(result: StudyResult) -> str:
    shown = compared(result)
    if (own_policies(result) or len(shown) == 1) and shown:
        policy = shown[0]
        key = f"title_one_{verdict_on(civilians(result, policy.name))}"
        return fit("policies", key, TITLE_WORDS, name=policy.title)
    leader = find_leader(result)
    if leader is not None and leader.is_clear:
        name = title_of(result, leader.policy)
        return fit("policies", "title_leader", TITLE_WORDS, name=name)
    return TEXTS.text("policies", "title_none")


def _tagged(title: str) -> str:
    return TEXTS.text("policies", "title", title=title, tag=TEXTS.text("policies", "tag"))


def _rest(total: int) -> str:
    left = total - MOST_ROWS
    return TEXTS.text("policies", "more", count=count(left)) if left > 0 else ""


def _change(row: Any, reach: float, colour: int) -> Change:
    low, middle, high = (float(row[f"change_{q}"]) for q in ("q05", "median", "q95"))
    canvas = Canvas(BAR, 14)

    def x(value: float) -> float:
        return BAR / 2 + (value / reach if reach else 0.0) * (BAR / 2 - 6)

    canvas.line(x(0.0), 0, x(0.0), 14, "axis")
    canvas.line(x(low), 7, x(high), 7, f"range policy-line{colour}")
    canvas.dot(x(middle), 7, 4, f"policy{colour}")
    return Change(
        whole(middle),
        TEXTS.text("policies", "ends", low=whole(low), high=whole(high)),
        canvas.svg("", "bar"),
    )


def _share_cell(shares: PairedShares) -> Share:
    """Return a cell of the strip; its shade counts futures without a difference half."""
    shade = sum(shares.standing.value >= step for step in STEPS)
    verdict = verdict_on(shares)
    remarks = []
    if verdict != "open":
        remarks.append(TEXTS.text("policies", verdict))
    if shares.equal >= EQUAL:
        remarks.append(TEXTS.text("policies", "equal", share=percent(shares.equal)))
    return Share(
        text=percent(shares.lower.value),
        remarks=tuple(remarks),
        said=_said(shares.lower),
        look=f"heat{shade}",
        is_clear=verdict != "open",
    )


def _ending_cell(share: Estimate) -> Share:
    shade = sum(share.value >= step for step in SHADES)
    return Share(percent(share.value), (), _said(share), f"seq{shade}", is_clear=False)


def _said(share: Estimate) -> str:
    values = (share.value, share.low, share.high)
    shown = dict(zip(("share", "low", "high"), map(percent, values), strict=True))
    return TEXTS.text("policies", "cell", **shown)


def settings_panel(result: StudyResult) -> PolicyPanel:
    """Return settings of a lever (rows) by hypothesis (columns): share of runs in which it ends."""
    shares, lever = ending_shares(result), plain_name(result.grid)
    strip = dict(list(hypotheses(result).items())[:MOST_STRIP])
    ending = ending_of(result)
    named = {} if ending == "some" else {"name": lever}
    title = TEXTS.text("grid", f"title_{ending}", **named)
    settings = sorted(result.policies, key=_value)
    left = len(settings) - MOST_SETTINGS
    return PolicyPanel(
        key="policies",
        title=_tagged(title),
        lead=TEXTS.text("grid", "lead", span=span(max(result.horizons))),
        columns=(),
        strip=lever,
        assumptions=tuple(inline(short(name, NAME)) for name in strip.values()),
        rows=tuple(
            Row(
                title=_words(policy),
                where="",
                colour=i % COLOURS,
                is_own=False,
                changes=(),
                shares=tuple(_ending_cell(shares[name, policy.name]) for name in strip),
            )
            for i, policy in enumerate(settings[:MOST_SETTINGS])
        ),
        note=TEXTS.text(
            "grid",
            "note",
            draws=count(result.draws),
            replicates=count(result.replicates),
            study=result.name,
        ),
        rest=TEXTS.text("grid", "more", count=count(left)) if left > 0 else "",
        anchor=anchors.study(result.name),
        share_anchor=anchors.study_outcome(result.name, ENDING),
    )


def _value(policy: Label) -> float:
    value = policy.name.partition(" = ")[2]
    return float(value) if value else TODAY


def _words(policy: Label) -> str:
    value = policy.name.partition(" = ")[2]
    if not value:
        return TEXTS.text("grid", "today")
    if float(value) == 0.0:
        return TEXTS.text("grid", "none")
    return TEXTS.text("grid", "times" if MULTIPLE in policy.meaning else "value", value=value)
