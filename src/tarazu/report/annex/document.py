"""The annex: one HTML file that opens offline, prints well and has the same bytes every time."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarazu.core.files.cache import write_atomic
from tarazu.core.provenance import Provenance
from tarazu.evidence import Battery, Finding
from tarazu.evidence.failure import Failure
from tarazu.record import Record
from tarazu.report import anchors
from tarazu.report.annex.contents import contents, finding_title
from tarazu.report.annex.first_page import failed_checks, limits, result_sentences, verdict_groups
from tarazu.report.content_policy import content_policy, script_hash
from tarazu.report.figure import Figure
from tarazu.report.figures.findings import finding_figure
from tarazu.report.figures.record import deaths_figure, events_figure
from tarazu.report.figures.tile_map import map_figure, rate_map_figure
from tarazu.report.inputs import (
    check_document,
    check_findings,
    check_ledger,
    load_studies,
    provenance_of,
)
from tarazu.report.likelihood import scale_sentence
from tarazu.report.tables.battery import battery_section
from tarazu.report.tables.districts import districts_table
from tarazu.report.tables.findings import (
    checks_table,
    error_rates_table,
    numbers_table,
    sensitivity_table,
)
from tarazu.report.tables.record import quality_table, rules_table, span_sentences

if TYPE_CHECKING:
    from jinja2 import Environment

    from tarazu.claims import Ledger
    from tarazu.model import Model
    from tarazu.model.description import Description
    from tarazu.report.annex.study_section import StudySection
    from tarazu.report.table import Table
    from tarazu.study import StudyResult

TEMPLATES = Path(__file__).parent / "templates"

TERMS = (
    (
        "Alone, and after Holm",
        "Several tests on one record find something by chance more often than one. Holm (1979) "
        "raises their p-values so that all verdicts together err in at most 5% of records. "
        "Verdicts in this document are those after correction.",
    ),
    (
        "Detectable effect",
        "The smallest effect that the test finds in 80% of simulated records of this size. An "
        "estimate below it does not mean that there is no effect.",
    ),
    (
        "Branching ratio",
        "Events that one event brings about on average, in the weeks after it.",
    ),
    (
        "Residuals (PIT)",
        "Values that are spread evenly between 0 and 1 where the fitted intensity is right.",
    ),
    (
        "Spectral radius",
        "The growth of a small disturbance from one generation to the next; above 1 it grows.",
    ),
    (
        "Newton decrement",
        "How far the search for the best fit still was from its end; near 0 it has converged.",
    ),
    ("Words for shares of draws", scale_sentence()),
    (
        "Draw, replicate",
        "A draw is one set of all parameters from their priors; a replicate is one run of chance "
        "under it. Policies are compared within the same draw and the same chance.",
    ),
)


def write_annex(
    record: Record,
    findings: Sequence[Finding] | Battery,
    path: str | PathLike[str],
    *,
    battery: Battery | None = None,
    studies: Sequence[StudyResult | str | PathLike[str]] = (),
    ledger: Ledger | None = None,
    model: Model | None = None,
    description: Description | None = None,
    question: str | None = None,
    lab: str | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write the annex: a record, its findings, and results of the model, in full.

    The file needs no network and loads nothing: its own content policy forbids it. Equal
    inputs give equal bytes.

    Parameters
    ----------
    record : the events.
    findings : in the order of the annex, or what `run_battery` returns.
    path : where to write; an existing file is replaced whole or not at all.
    battery : the same findings, with their table and the reasons of estimators that gave no result.
        Verdicts are those after correction with and without it.
    studies : results of studies, or their folders, in the order of the annex; each becomes one
        section.
    ledger : claims with their verdicts.
    model : the one that the studies ran; default: the shipped one, if there are any.
    description : of that model, instead of it: its tables, without a diagram of what acts on what.
    question : heading of the annex; default: the question of the only finding.
    lab : address of the policy lab as a file, which the annex then links to.
    provenance : versions and digests; default: those of this installation and of the record.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DataError
        The folder of a study holds no complete result.
    OutputError
        `path` is a folder, or lies in none.
    ScenarioError, ValueError
        A study is of another region than the record, or a finding of other events.
    TypeError
        An argument of a wrong type.

    Examples
    --------
    >>> import tarazu as tz
    >>> tz.write_annex(record, [finding], "annex.html", studies=["out"])  # doctest: +SKIP
    PosixPath('annex.html')
    """
    record, path = check_document("the annex", record, path)
    has_table = battery is not None or isinstance(findings, Battery)
    made, corrected = check_findings(record, findings, battery)
    check_ledger(ledger)
    page = render_annex(
        record,
        [corrected.corrected(finding) for finding in made],
        battery=corrected if has_table else None,
        studies=load_studies(record, studies),
        ledger=ledger,
        model=model,
        description=description,
        question=question,
        lab=lab,
        provenance=provenance_of(record, provenance),
    )
    write_atomic(path, page.encode())
    return path


def render_annex(
    record: Record,
    findings: Sequence[Finding],
    *,
    battery: Battery | None,
    studies: Sequence[StudyResult],
    ledger: Ledger | None,
    model: Model | None,
    description: Description | None,
    question: str | None,
    lab: str | None,
    provenance: Provenance,
) -> str:
    """Return the annex as HTML text; see `write_annex`."""
    from plotly.offline import get_plotlyjs

    plotly = _plain_newlines(get_plotlyjs())
    scripts = (_asset("reading.js"), _asset("annex.js"))
    failures: tuple[Failure, ...] = () if battery is None else battery.failures
    if question is None:
        question = _question(record, findings)
    tests = None if battery is None else battery_section(battery)
    weighed = _ledger_section(ledger, studies)
    sections = _study_sections(record, studies)
    page: str = (
        _environment()
        .get_template("annex.html.j2")
        .render(
            question=question,
            lab=lab,
            record=record,
            contents=contents(
                findings, has_table=tests is not None, ledger=ledger, studies=studies
            ),
            verdicts=verdict_groups(findings),
            answer=result_sentences(
                record,
                () if tests else findings,
                [
                    tests["sentence"] if tests else "",
                    weighed["sentence"] if weighed else "",
                    *(section.lead for section in sections),
                ],
            ),
            limits=limits(record, findings),
            model_limits=_model_limits(record, studies),
            ledger=weighed,
            studies=sections,
            model=_model_section(studies, model, description),
            failures=failures,
            failed=failed_checks(findings),
            checks_total=sum(len(finding.diagnostics) for finding in findings),
            record_figures=[events_figure(record), deaths_figure(record)],
            spans=span_sentences(record),
            maps=[f for f in (map_figure(record), rate_map_figure(record)) if f is not None],
            districts=districts_table(record),
            quality=quality_table(record),
            rules=rules_table(record),
            battery=tests,
            findings=[_finding_section(finding) for finding in findings],
            terms=TERMS if findings or studies else (),
            provenance=provenance,
            style=_asset("annex.css"),
            scripts=scripts,
            plotly=plotly,
            policy=content_policy([script_hash(script) for script in (*scripts, plotly)]),
        )
    )
    return page


def _question(record: Record, findings: Sequence[Finding]) -> str:
    if len(findings) == 1:
        return findings[0].question
    verb = "does the record say" if findings else "happened"
    return f"What {verb} in {record.region.title}?"


def _finding_section(finding: Finding) -> dict[str, Any]:
    figures = [
        finding_figure(figure, key=anchors.finding_figure(finding.name, figure.kind, i))
        for i, figure in enumerate(finding.figures, start=1)
    ]
    is_drawn = any(figure.kind == "forest" for figure in finding.figures)  # with its numbers
    return {
        "finding": finding,
        "title": finding_title(finding.name),
        "anchor": anchors.finding(finding.name),
        "numbers": numbers_table(finding),
        "figures": figures,
        "reruns": None if is_drawn else sensitivity_table(finding),
        "checks": checks_table(finding),
        "validation": error_rates_table(finding),
    }


def _ledger_section(ledger: Ledger | None, studies: Sequence[StudyResult]) -> dict[str, Any] | None:
    if ledger is None:
        return None
    from tarazu.report.tables import ledger as tables  # late: without a model no engine is loaded

    return {
        "sentence": tables.ledger_sentence(ledger),
        "table": tables.ledger_table(ledger),
        "ids": [anchors.claim(entry.claim.id) for entry in ledger.entries],
        "verdicts": tables.verdict_words(ledger),
        "rules": tables.rules(ledger),
        "holds": tables.holds_table(ledger, tuple(studies)),
        "more": [t for t in (tables.shares_table(ledger, tuple(studies)),) if t is not None],
    }


def _study_sections(record: Record, studies: Sequence[StudyResult]) -> list[StudySection]:
    """Return a section for each study; the first with a history sets it beside the record."""
    if not studies:
        return []
    from tarazu.report.annex.study_section import study_section

    first = next((result for result in studies if result.hindcast is not None), None)
    return [study_section(result, record if result is first else None) for result in studies]


def _model_limits(record: Record, studies: Sequence[StudyResult]) -> tuple[str, ...]:
    if not studies:
        return ()
    from tarazu.report.annex.model_section import model_limits, toll_sentence

    toll = toll_sentence(record, studies[0])
    return (*model_limits(studies), *([toll] if toll else []))


def _model_section(
    studies: Sequence[StudyResult], model: Model | None, description: Description | None
) -> dict[str, Any] | None:
    if not studies:
        return None
    from tarazu.model import build_model
    from tarazu.model.description import describe
    from tarazu.report.annex.model_section import borrowed_priors, parameter_sentence
    from tarazu.report.tables import model as tables

    diagram = ""
    if description is None:
        from tarazu.report.diagram.nodes import causal_diagram
        from tarazu.report.diagram.page import diagram_html

        model = build_model() if model is None else model
        known = describe(model)
        diagram = diagram_html(
            causal_diagram(model), anchors={row.quantity for row in known.equations}
        )
    else:
        known = description
    return {
        "diagram": diagram,
        "diagram_anchor": anchors.DIAGRAM,
        "sentence": " ".join([parameter_sentence(known), *borrowed_priors(studies)]),
        "tables": (
            (
                "Parameters: unit, prior, source",
                tables.parameter_table(known),
                "model",
                [anchors.parameter(row.name) for row in known.parameters],
            ),
            (
                "Levers: unit, range, today",
                tables.lever_table(known),
                "model",
                [anchors.lever(lever[0]) for lever in known.levers],
            ),
            (
                "Equations",
                tables.equation_table(known),
                "equations",
                [anchors.equation(row.quantity) for row in known.equations],
            ),
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
    environment.filters["csv_address"] = _csv_address
    environment.filters["slug"] = _slug
    return environment


def _spec_json(figure: Figure) -> str:
    """Return a figure's Plotly data as JSON that no HTML parser can mistake for markup."""
    from markupsafe import Markup

    text = json.dumps(figure.spec, sort_keys=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _csv_address(table: Table) -> str:
    """Return a table as the address of a CSV file that lies within the page."""
    text = base64.b64encode(table.to_csv().encode()).decode()
    return f"data:text/csv;charset=utf-8;base64,{text}"


def _slug(text: str) -> str:
    """Return a name for a file, from a caption."""
    return "-".join(re.findall("[a-z0-9]+", text.lower()))[:80] or "table"


def _asset(name: str) -> str:
    return _plain_newlines((TEMPLATES / name).read_text(encoding="utf-8"))


def _plain_newlines(text: str) -> str:
    """Return the text with the line ends that an HTML parser makes, so that its hash holds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
