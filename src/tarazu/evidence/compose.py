"""A finding from its estimate and the texts of its estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tarazu.evidence.error_rates import Validation, unmeasured_caveat
from tarazu.evidence.finding import Analyses, Analysis, Check, FigureData, Finding
from tarazu.evidence.words import Words
from tarazu.record import Scope


def compose_finding(
    words: Words,
    main: Analysis | None,
    *,
    scope: Scope,
    level: float,
    verdict: str,
    sentence: str,
    n_used: Mapping[str, int],
    n_dropped: Mapping[str, int],
    checks: Sequence[Check] = (),
    sensitivity: tuple[Analysis, ...] = (),
    figures: Sequence[FigureData] = (),
    validation: Validation | None = None,
    converged: bool = True,
    **values: object,
) -> Finding:
    """Return the finding of an estimator.

    Parameters
    ----------
    words : of the estimator's package, whose last part is the name of the finding.
    main : the estimate; None where not estimable.
    scope : what the source of the record counts as an event.
    **values : what fills the placeholders of ``[finding]``.
    """
    texts = words.for_scope(scope).group("finding", **values)
    unmeasured = () if validation is None else validation.unmeasured
    if unmeasured:
        texts["caveats"] += (unmeasured_caveat(unmeasured),)
    return Finding(
        **texts,
        name=words.package.rpartition(".")[2],
        estimate=None if main is None else main.estimate,
        interval=None if main is None else main.interval,
        level=level,
        p_value=None if main is None else main.p_value,
        verdict=verdict,
        sentence=sentence,
        n_used=n_used,
        n_dropped=n_dropped,
        diagnostics=tuple(checks),
        sensitivity=Analyses(sensitivity),
        figures=tuple(figures),
        validation={} if validation is None else validation.summary,
        converged=converged,
        unmeasured=unmeasured,
    )
