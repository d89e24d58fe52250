"""The result of a study: its tables, tables, summary and figures."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from os import PathLike
from textwrap import fill
from typing import TYPE_CHECKING, Final

import pandas as pd

from tarazu.core import display
from tarazu.core.arguments import check_path
from tarazu.core.errors import no_attribute
from tarazu.core.number_format import interval, number, percent
from tarazu.study.analysis.comparison import Comparison, compare
from tarazu.study.analysis.summary import FIRST, in_order, summarise
from tarazu.study.runner.result import StudyTables, load_tables
from tarazu.study.setup.outcomes import OUTCOMES

INSTEAD: Final = {  # names that people try
    "to_excel": "to_frame().to_csv(path, index=False), which spreadsheets open",
    "to_csv": "to_frame().to_csv(path, index=False)",
    "outcomes": "metrics, or experiments",
    "regret": "compare().regret",
    "leaders": "compare().leaders",
}


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
    >>> result.summary()
    Two policies: Are fewer civilians killed?
    Civilians killed (persons) within 26 weeks, under 'full', median ...
      Status quo...
    >>> result.plot("militants")
    <Figure 'Not calibrated: militants by policy and hypothesis, all draws': 2 rows in .table; ...>
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
        ScenarioError
            An outcome that does not exist; the nearest one is named.
        """
        return compare(self, outcomes)

    def to_frame(
        self, outcomes: Sequence[str] = FIRST, *, weeks: int | None = None
    ) -> pd.DataFrame:
        """Return one row per outcome, hypothesis and policy: its median, and its paired change.

        Parameters
        ----------
        outcomes : names from `tarazu.study.OUTCOMES`. weeks : a horizon of the study; None for
            five years, or else the longest.

        Returns
        -------
        pandas.DataFrame
            outcome, hypothesis, policy, weeks, n_draws; q05, median, q95 over the draws;
            change_q05, change_median, change_q95 from the baseline in the same draw; share_lower,
            share_lower_low, share_lower_high: draws with less of it than under the baseline.

        Raises
        ------
        ScenarioError
            An outcome or a horizon that the study does not have.
        """
        return summarise(self, outcomes, weeks)

    def plot(self, kind: str | None = None) -> display.Picture:
        """Return a figure of the result, shown by a notebook as it is.

        Parameters
        ----------
        kind : name of a series of `bands`, "attacks" if None: its spread over all draws by policy
            and hypothesis.

        Raises
        ------
        ValueError
            There is no such series; the nearest one is named.
        """
        return display.draw(self, kind)

    def summary(self) -> display.Text:
        """Return the answer in plain words: each policy, and its paired change."""
        lines = [f"{self.title}: {self.question}"]
        for caption, rows in _parts(self):
            lines.append(f"{caption}, median (5 to 95% of draws):")
            lines += [f"  {title}: {level}{_changed(*rest)}." for title, level, *rest in rows]
        lines += [self.kept_sentence(), *self.caveats]
        return display.Text("\n".join(fill(line, 80, subsequent_indent="    ") for line in lines))

    if not TYPE_CHECKING:  # a type checker would accept every name

        def __getattr__(self, name):
            if hasattr(type(self), name):  # a property that failed: its own error
                return object.__getattribute__(self, name)
            raise no_attribute(self, name, INSTEAD)

    def __repr__(self) -> str:
        counts = (
            f"{_n(self.draws, 'draw')} x {_n(self.replicates, 'replicate')}",
            f"{len(self.hypotheses)} {'hypothesis' if len(self.hypotheses) == 1 else 'hypotheses'}",
            f"{len(self.policies)} {'policy' if len(self.policies) == 1 else 'policies'}",
            f"{self.weeks} weeks",
        )
        return f"<StudyResult '{self.name}': {', '.join(counts)}, in {self.folder}>"

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{name}</th>"
            for name in ("policy", "median (5 to 95% of draws)", "change, same draw", "less in")
        )
        tables = ""
        for caption, rows in _parts(self):
            body = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
            )
            tables += f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"
        words = "".join(f"<p>{escape(text)}</p>" for text in (self.kept_sentence(), *self.caveats))
        return display.html(
            self,
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p>{tables}",
            f"{words}<p>{escape(repr(self)[1:-1])}</p>",
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


def _parts(result: StudyResult) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield outcome and horizon, and for each policy title, level, change and share of draws.

    Under the first hypothesis only, the one that rules nothing out; `to_frame` has the others.
    """
    titles = {policy.name: policy.title for policy in result.policies}
    every, hypothesis = result.to_frame(), in_order(result)[0]
    every = every[every["hypothesis"] == hypothesis]
    for name, table in every.groupby("outcome", sort=False):
        outcome, rows = OUTCOMES[str(name)], list[tuple[str, ...]]()
        for row in table.to_dict("records"):
            cells = [titles[row["policy"]], _spread(row, "", signed=False)]
            if row["policy"] == result.baseline:
                cells += ["baseline", ""]
            else:
                cells += [_spread(row, "change_"), f"{percent(row['share_lower'])} of draws"]
            rows.append(tuple(cells))
        weeks = table["weeks"].iloc[0]
        yield f"{outcome.title} ({outcome.unit}) within {weeks} weeks, under '{hypothesis}'", rows


def _changed(change: str, lower: str) -> str:
    """Return how a policy differs from the baseline, as the end of a sentence."""
    return f"; change in the same draw {change}, less in {lower}" if lower else f", {change}"


def _spread(row: Mapping[Hashable, float], prefix: str, *, signed: bool = True) -> str:
    ends = (row[f"{prefix}q05"], row[f"{prefix}q95"])
    middle = number(row[f"{prefix}median"], signed=signed, whole=True)
    return f"{middle} ({interval(ends, signed=signed, whole=True)})"
