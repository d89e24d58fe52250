"""A finding from its estimate and the texts of its estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tarazu.evidence.error_rates import WORDS, Validation, unmeasured_caveat
from tarazu.evidence.finding import CANNOT_TELL, Analyses, Analysis, Check, FigureData, Finding
from tarazu.evidence.refusals import refusing
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
    """Return the finding of an estimator, without a verdict where its own checks refuse it.

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
    finding = Finding(
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
    return refuse(finding)


def refuse(finding: Finding) -> Finding:
    """Return a finding as it is, or without a verdict where a check of `checks.toml` failed.

    Estimates and p-values stay, in the sensitivity analyses too: their verdicts come from the same
    test, whose checks were not made for each of them.
    """
    failed = refusing(finding.diagnostics)
    if not failed or finding.p_value is None:
        return finding
    reasons = "; ".join(
        WORDS.text("refusal", "reason", reason=check.refuses, value=check.value) for check in failed
    )
    values = {"reasons": reasons, "sentence": finding.sentence}
    if finding.verdict == CANNOT_TELL:
        sentence = WORDS.text("refusal", "sentence_unclear", **values)
    else:
        sentence = WORDS.text("refusal", "sentence", **values)
    return replace(
        finding,
        verdict=CANNOT_TELL,
        verdict_unrefused=finding.verdict,
        refused_by=tuple(check.name for check in failed),
        refusal=WORDS.text("refusal", "refusal", reasons=reasons),
        sentence=sentence,
        sensitivity=Analyses(
            replace(analysis, verdict=CANNOT_TELL) for analysis in finding.sensitivity
        ),
        figures=tuple(_without_verdicts(figure) for figure in finding.figures),
    )


def _without_verdicts(figure: FigureData) -> FigureData:
    if figure.kind != "forest" or "verdict" not in figure.data:
        return figure
    unclear = [CANNOT_TELL] * len(figure.data["verdict"])
    return replace(figure, data=dict(figure.data) | {"verdict": unclear})
