"""The annex: one HTML file that opens offline, prints well and has the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarazu.core.arguments import check_path, wrong_type
from tarazu.core.files.cache import write_atomic
from tarazu.core.provenance import Provenance, collect_provenance
from tarazu.evidence import Battery, Finding
from tarazu.evidence.failure import Failure
from tarazu.record import Record
from tarazu.report.annex.first_page import failed_checks, limits, result_sentences
from tarazu.report.content_policy import content_policy, script_hash
from tarazu.report.figure import Figure
from tarazu.report.figures.findings import finding_figure
from tarazu.report.figures.record import deaths_figure, events_figure
from tarazu.report.figures.tile_map import map_figure
from tarazu.report.tables.battery import battery_section
from tarazu.report.tables.findings import (
    checks_table,
    error_rates_table,
    numbers_table,
    sensitivity_table,
)
from tarazu.report.tables.record import quality_table, rules_table

if TYPE_CHECKING:
    from jinja2 import Environment

    from tarazu.claims import Ledger
    from tarazu.model.description import Description
    from tarazu.report.annex.study_section import StudySection
    from tarazu.study import StudyResult

TEMPLATES = Path(__file__).parent / "templates"


def write_annex(
    record: Record,
    findings: Sequence[Finding],
    path: str | PathLike[str],
    *,
    battery: Battery | None = None,
    studies: Sequence[StudyResult | str | PathLike[str]] = (),
    ledger: Ledger | None = None,
    description: Description | None = None,
    question: str | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write the annex: a record, its findings, and results of the model, in full.

    The file needs no network and loads nothing: its own content policy forbids it. Equal
    inputs give equal bytes.

    Parameters
    ----------
    record : the events.
    findings : in the order of the annex.
    path : where to write; an existing file is replaced whole or not at all.
    battery : the same findings, their errors controlled together. Verdicts are then those after
        correction, and estimators that gave no result are listed with their reasons.
    studies : results of studies, or their folders, in the order of the annex; each becomes one
        section.
    ledger : claims with their verdicts.
    description : of the model that the studies ran; default: the shipped one, if there are any.
    question : heading of the annex; default: the question of the only finding.
    provenance : versions and digests; default: those of this installation and of the record.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DataError
        The folder of a study holds no complete result.
    TypeError
        An argument of a wrong type.

    Examples
    --------
    >>> import tarazu as tz
    >>> tz.write_annex(record, [finding], "annex.html", studies=["out"])  # doctest: +SKIP
    PosixPath('annex.html')
    """
    path = check_path("path", path, "where to write the annex")
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a record, as `read_record` returns it")
    page = render_annex(
        record,
        findings,
        battery=battery,
        studies=[_result(given) for given in studies],
        ledger=ledger,
        description=description,
        question=question,
        provenance=collect_provenance(record.inputs) if provenance is None else provenance,
    )
    write_atomic(path, page.encode())
    return path


def _result(given: StudyResult | str | PathLike[str]) -> StudyResult:
    from tarazu.study import StudyResult, load_study_result  # late: it loads the engine

    return given if isinstance(given, StudyResult) else load_study_result(given)


def render_annex(
    record: Record,
    findings: Sequence[Finding],
    *,
    battery: Battery | None,
    studies: Sequence[StudyResult],
    ledger: Ledger | None,
    description: Description | None,
    question: str | None,
    provenance: Provenance,
) -> str:
    """Return the annex as HTML text; see `write_annex`."""
    from plotly.offline import get_plotlyjs

    scripts = (_plain_newlines(get_plotlyjs()), _asset("annex.js"))
    failures: tuple[Failure, ...] = ()
    if battery is not None:
        findings, failures = [battery.corrected(f) for f in findings], battery.failures
    if question is None:
        question = _question(record, findings)
    tests = None if battery is None else battery_section(battery)
    weighed = _ledger_section(ledger, studies)
    sections = _study_sections(studies)
    page: str = (
        _environment()
        .get_template("annex.html.j2")
        .render(
            question=question,
            record=record,
            answer=result_sentences(
                record,
                findings,
                [
                    tests["sentence"] if tests else "",
                    weighed["sentence"] if weighed else "",
                    *(section.lead for section in sections),
                ],
            ),
            limits=limits(record, findings),
            model_limits=_model_limits(studies),
            ledger=weighed,
            studies=sections,
            model=_model_section(studies, description),
            failures=failures,
            failed=failed_checks(findings),
            checks_total=sum(len(finding.diagnostics) for finding in findings),
            record_figures=[
                figure
                for figure in (events_figure(record), map_figure(record), deaths_figure(record))
                if figure is not None
            ],
            quality=quality_table(record),
            rules=rules_table(record),
            battery=tests,
            findings=[_finding_section(finding) for finding in findings],
            provenance=provenance,
            style=_asset("annex.css"),
            scripts=scripts,
            policy=content_policy([script_hash(script) for script in scripts]),
        )
    )
    return page


def _question(record: Record, findings: Sequence[Finding]) -> str:
    if len(findings) == 1:
        return findings[0].question
    verb = "does the record say" if findings else "happened"
    return f"What {verb} in {record.region.title}?"


def _finding_section(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "numbers": numbers_table(finding),
        "figures": [
            finding_figure(figure, key=f"figure-{finding.name}-{figure.kind}-{i}")
            for i, figure in enumerate(finding.figures, start=1)
        ],
        "reruns": sensitivity_table(finding),
        "checks": checks_table(finding),
        "validation": error_rates_table(finding),
    }


def _ledger_section(ledger: Ledger | None, studies: Sequence[StudyResult]) -> dict[str, Any] | None:
    if ledger is None:
        return None
    from tarazu.report.tables import ledger as tables  # late: briefs without a model load no engine

    return {
        "sentence": tables.ledger_sentence(ledger),
        "table": tables.ledger_table(ledger),
        "verdicts": tables.verdict_words(ledger),
        "rules": tables.rules(ledger),
        "shares": tables.shares_table(ledger, tuple(studies)),
    }


def _study_sections(studies: Sequence[StudyResult]) -> list[StudySection]:
    if not studies:
        return []
    from tarazu.report.annex.study_section import study_section

    return [study_section(result) for result in studies]


def _model_limits(studies: Sequence[StudyResult]) -> tuple[str, ...]:
    if not studies:
        return ()
    from tarazu.report.annex.model_section import model_limits

    return model_limits(studies)


def _model_section(
    studies: Sequence[StudyResult], description: Description | None
) -> dict[str, Any] | None:
    if not studies:
        return None
    from tarazu.model import build_model
    from tarazu.model.description import describe
    from tarazu.report.annex.model_section import borrowed_priors, parameter_sentence
    from tarazu.report.tables import model as tables

    known = describe(build_model()) if description is None else description
    return {
        "sentence": " ".join([parameter_sentence(known), *borrowed_priors(studies)]),
        "tables": (
            ("Parameters: unit, prior, source", tables.parameter_table(known), "model"),
            ("Levers: unit, range, today", tables.lever_table(known), "model"),
            ("Equations", tables.equation_table(known), "equations"),
        ),
    }


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["spec_json"] = _spec_json
    return environment


def _spec_json(figure: Figure) -> str:
    """Return a figure's Plotly data as JSON that no HTML parser can mistake for markup."""
    from markupsafe import Markup

    text = json.dumps(figure.spec, sort_keys=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _asset(name: str) -> str:
    return _plain_newlines((TEMPLATES / name).read_text(encoding="utf-8"))


def _plain_newlines(text: str) -> str:
    """Return the text with the line ends that an HTML parser makes, so that its hash holds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
