"""The result of a study: its tables, and what is asked of them first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from os import PathLike

import pandas as pd

from tarazu.core.arguments import check_path
from tarazu.core.number_format import interval, number, percent
from tarazu.study.analysis.comparison import Comparison, compare
from tarazu.study.analysis.summary import FIRST, summarise
from tarazu.study.runner.result import StudyTables, load_tables
from tarazu.study.setup.outcomes import OUTCOMES


@dataclass(frozen=True, repr=False)
class StudyResult(StudyTables):
    """The result of a study, as `run_study` and `load_study_result` return it.

    `metrics` holds the outcomes, `parameters` the inputs, `experiments` both in one frame; `bands`
    and `districts` are the series and the maps. See `StudyTables` for the other attributes.

    Examples
    --------
    >>> import tarazu as tz
    >>> from tarazu.study import StudySpec, build_study
    >>> spec = StudySpec(
    ...     title="Two policies", question="Are fewer civilians killed?", start="today", seed=1,
    ...     weeks=26, horizons=(26,), draws=2, hypotheses=("full",),
    ...     policies=("status-quo", "surge"),
    ... )
    >>> result = tz.run_study(build_study(spec, name="two"))
    >>> result
    <StudyResult 'two': 2 draws x 1 replicate, 1 hypothesis, 2 policies, 26 weeks, in ...>
    >>> result.experiments[["policy", "draw", "retaliation", "attacks"]].shape
    (4, 4)
    >>> list(result.to_frame(["attacks"])["policy"])
    ['status-quo', 'surge']
    >>> result.compare(["attacks"]).leaders["n_draws"].tolist()
    [2, 2]
    """

    def compare(self, outcomes: Sequence[str] | None = None) -> Comparison:
        """Return four tables that compare the policies: outcomes, regret, pairs and leaders.

        Parameters
        ----------
        outcomes : names from `tarazu.study.OUTCOMES`; None for all. Those without a better side
            (militants killed among them) are in the table of outcomes and in no ranking.

        Raises
        ------
        KeyError
            An outcome that does not exist.
        """
        return compare(self, outcomes)

    def to_frame(
        self, outcomes: Sequence[str] = FIRST, *, weeks: int | None = None
    ) -> pd.DataFrame:
        """Return one row per outcome and policy: its median, and its paired change.

        Parameters
        ----------
        outcomes : names from `tarazu.study.OUTCOMES`. weeks : a horizon of the study; None for
            five years, or else the longest.

        Returns
        -------
        pandas.DataFrame
            outcome, policy, weeks, n_draws; q05, median, q95 over the draws of all hypotheses;
            change_q05, change_median, change_q95 from the baseline in the same draw; share_lower,
            share_lower_low, share_lower_high: draws with less of it than under the baseline.

        Raises
        ------
        ScenarioError
            An outcome or a horizon that the study does not have.
        """
        return summarise(self, outcomes, weeks)

    def __repr__(self) -> str:
        counts = (
            f"{_n(self.draws, 'draw')} x {_n(self.replicates, 'replicate')}",
            f"{len(self.hypotheses)} {'hypothesis' if len(self.hypotheses) == 1 else 'hypotheses'}",
            f"{len(self.policies)} {'policy' if len(self.policies) == 1 else 'policies'}",
            f"{self.weeks} weeks",
        )
        return f"<StudyResult '{self.name}': {', '.join(counts)}, in {self.folder}>"

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(text)}</p>" for text in (self.kept_sentence(), *self.caveats))
        return (
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p>"
            f"{_summary_html(self)}{words}"
            f"<p>{escape(repr(self)[1:-1])}</p>"
        )


def load_study_result(folder: str | PathLike[str]) -> StudyResult:
    """Return the result that `run_study`, or the command `tarazu run`, wrote to a folder.

    Parameters
    ----------
    folder : a name or path.

    Raises
    ------
    DataError
        The folder holds no complete result, or one that another version wrote.
    TypeError
        Not a path.

    Examples
    --------
    >>> import tarazu as tz
    >>> from tarazu.study import StudySpec, build_study
    >>> spec = StudySpec(
    ...     title="Two policies", question="Are fewer civilians killed?", start="today", seed=1,
    ...     weeks=26, horizons=(26,), draws=2, hypotheses=("full",),
    ...     policies=("status-quo", "surge"),
    ... )
    >>> result = tz.run_study(build_study(spec, name="two"))
    >>> tz.load_study_result(result.folder) == result
    True
    """
    tables = load_tables(check_path("folder", folder, "the folder of a study's result").absolute())
    return StudyResult(**{field.name: getattr(tables, field.name) for field in fields(tables)})


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _summary_html(result: StudyResult) -> str:
    """Return the table of `StudyResult.to_frame` as HTML, one part per outcome."""
    table, titles = result.to_frame(), {p.name: p.title for p in result.policies}
    head = "".join(
        f"<th>{name}</th>"
        for name in ("policy", "median (5 to 95% of draws)", "change in the same draw", "less in")
    )
    parts = []
    for name, rows in table.groupby("outcome", sort=False):
        outcome, body = OUTCOMES[str(name)], ""
        for row in rows.to_dict("records"):
            cells = (
                titles[row["policy"]],
                _spread(row, "", signed=False),
                "baseline" if row["policy"] == result.baseline else _spread(row, "change_"),
                ""
                if row["policy"] == result.baseline
                else f"{percent(row['share_lower'])} of draws",
            )
            body += f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        caption = f"{outcome.title} ({outcome.unit}) within {rows['weeks'].iloc[0]} weeks"
        parts.append(f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>")
    return "".join(parts)


def _spread(row: Mapping[Hashable, float], prefix: str, *, signed: bool = True) -> str:
    ends = (row[f"{prefix}q05"], row[f"{prefix}q95"])
    middle = number(row[f"{prefix}median"], signed=signed, whole=True)
    return f"{middle} ({interval(ends, signed=signed, whole=True)})"
