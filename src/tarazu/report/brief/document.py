"""The brief: two printed pages in one HTML file, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tarazu.core.files.cache import write_atomic
from tarazu.core.number_format import years
from tarazu.core.provenance import Provenance
from tarazu.evidence import Battery, Finding
from tarazu.record import Record
from tarazu.report import anchors
from tarazu.report.brief.answer import answer_of, central_finding
from tarazu.report.brief.change_panel import change_panel
from tarazu.report.brief.limit_panels import limits_panel, quality_panel
from tarazu.report.brief.links import linker
from tarazu.report.brief.record_panels import map_panel, years_panel
from tarazu.report.brief.texts import TEXTS, short
from tarazu.report.brief.timing_panels import around_panel, seen_panel
from tarazu.report.content_policy import content_policy
from tarazu.report.inputs import (
    check_document,
    check_findings,
    check_ledger,
    load_studies,
    provenance_of,
)
from tarazu.report.likelihood import scale_sentence

if TYPE_CHECKING:
    from jinja2 import Environment

    from tarazu.claims import Ledger
    from tarazu.report.brief.panel import Panel
    from tarazu.report.brief.simulated.claims_panel import ClaimsPanel
    from tarazu.report.brief.simulated.policy_panel import PolicyPanel
    from tarazu.study import StudyResult

TEMPLATES: Final = Path(__file__).parent / "templates"
CITED: Final = 2  # citations of the data; the annex has all
COMMIT: Final = 12  # digits


def write_brief(
    record: Record,
    findings: Sequence[Finding] | Battery,
    path: str | PathLike[str],
    *,
    battery: Battery | None = None,
    studies: Sequence[StudyResult | str | PathLike[str]] = (),
    ledger: Ledger | None = None,
    annex: str | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write the brief: two printed pages on a record, its findings, and results of the model.

    The file has no script and needs no network: its own content policy forbids both. Equal inputs
    give equal bytes.

    Parameters
    ----------
    record : the events.
    findings : of the record, or what `run_battery` returns; empty where no estimator was run.
    path : where to write; an existing file is replaced whole or not at all.
    battery : the same findings, with failures and with their errors controlled jointly. Default:
        the battery of `findings`. Verdicts are those after correction.
    studies : results of studies, or their folders; the first one that compares policies is shown.
    ledger : claims with their verdicts.
    annex : relative address of the annex; None: nothing is linked.
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
    >>> tz.write_brief(record, [finding], "brief.html", studies=["out"])  # doctest: +SKIP
    PosixPath('brief.html')
    """
    record, path = check_document("the brief", record, path)
    _, battery = check_findings(record, findings, battery)
    check_ledger(ledger)
    page = render_brief(
        record,
        battery,
        studies=load_studies(record, studies),
        ledger=ledger,
        annex=annex,
        provenance=provenance_of(record, provenance),
    )
    write_atomic(path, page.encode())
    return path


def render_brief(
    record: Record,
    battery: Battery,
    *,
    studies: Sequence[StudyResult],
    ledger: Ledger | None,
    annex: str | None,
    provenance: Provenance,
) -> str:
    """Return the brief as HTML text; see `write_brief`."""
    study = _main_study(studies)
    finding = central_finding(battery)
    page: str = (
        _environment()
        .get_template("brief.html.j2")
        .render(
            kicker=_kicker(record, study),
            answer=answer_of(record, battery, study),
            figures=[
                panel
                for panel in (
                    years_panel(record),
                    None if finding is None else around_panel(finding),
                    None if finding is None else seen_panel(finding, record.source.title),
                )
                if panel is not None
            ],
            policies=_policies(study),
            own=TEXTS.text("policies", "own"),
            map=map_panel(record),
            claims=None if ledger is None else _claims(ledger),
            sweep=_sweep(studies),
            change=change_panel(study, finding),
            quality=quality_panel(record, battery),
            limits=limits_panel(record, battery, studies),
            scale="" if study is None else scale_sentence(),
            scale_anchor=anchors.METHODS,
            foot=_foot(record, provenance),
            annex_words=TEXTS.text("foot", "annex"),
            annex_link=TEXTS.text("foot", "annex_link"),
            more=TEXTS.text("foot", "more"),
            annex=annex,
            linked=linker(annex),
            style=(TEMPLATES / "brief.css").read_text(encoding="utf-8"),
            policy=content_policy([]),
        )
    )
    return page


def _main_study(studies: Sequence[StudyResult]) -> StudyResult | None:
    if not studies:
        return None
    from tarazu.report.brief.simulated.policies import main_study  # late: it loads the engine

    return main_study(studies)


def _policies(study: StudyResult | None) -> PolicyPanel | None:
    if study is None:
        return None
    from tarazu.report.brief.simulated.policy_panel import policy_panel, settings_panel

    return settings_panel(study) if study.grid else policy_panel(study)


def _sweep(studies: Sequence[StudyResult]) -> Panel | None:
    found = [study for study in studies if study.is_operation]
    if not found:
        return None
    from tarazu.report.brief.simulated.sweep_panel import sweep_panel

    return sweep_panel(found[0])


def _claims(ledger: Ledger) -> ClaimsPanel | None:
    from tarazu.report.brief.simulated.claims_panel import claims_panel  # late: it loads the engine

    return claims_panel(ledger) if ledger.entries else None


def _kicker(record: Record, study: StudyResult | None) -> Iterator[tuple[str, str]]:
    """Yield what the page is about, each with its place in the annex."""
    span = years(record.start.year, record.end.year)
    yield TEXTS.text("kicker", "record", name=record.region.title, span=span), anchors.RECORD
    if study is not None:
        yield short(study.title), anchors.study(study.name)


def _foot(record: Record, provenance: Provenance) -> Iterator[tuple[str, str]]:
    """Yield data, citations and version, each with its place in the annex."""
    data = TEXTS.text(
        "foot",
        "data",
        title=record.source.title,
        licence=record.source.licence,
        start=record.start.isoformat(),
        end=record.end.isoformat(),
    )
    yield data, anchors.RECORD
    for i, text in enumerate(record.source.citations[:CITED]):
        yield TEXTS.text("foot", "cite_also" if i else "cite", citation=text), anchors.CITE
    commit = provenance.commit or ""
    version = TEXTS.text(
        "foot",
        "version",
        version=provenance.tarazu,
        commit=f" ({commit[:COMMIT]})" if commit else "",
    )
    yield version, anchors.PROVENANCE


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
