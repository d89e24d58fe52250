"""The reference page of every file that commands write, key by key and column by column."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tarazu.record.vocabulary import DEATHS
from tarazu.region.load import COLUMNS as REGION_COLUMNS
from tarazu.report.pages.schema import meaning_table
from tarazu.study.pages import FILES as STUDY_FILES

INTRODUCTION: Final = """\
What the commands write. JSON files have sorted keys and `null` for what is missing; equal inputs
give equal bytes, but for RUN.json. Python reads a study's folder with
`tarazu.load_study_result`."""
SEALED: Final = "SHA-256 of the content without this key; checked on reading."
FOLDERS: Final = {
    "tarazu run STUDY": "study.toml and the files of a study, record.json, brief.html, annex.html",
    "tarazu demo": "all of these, lab.html, findings.json, evidence.json, claims.json, and further "
    "studies in studies/NAME/",
    "tarazu evidence -o": "findings.json, evidence.json, figures/, record.json, brief.html, "
    "annex.html",
    "tarazu claims -o": "claims.json, findings.json, evidence.json, the studies in studies/NAME/, "
    "record.json, brief.html, annex.html",
}
RECORD: Final = {
    "title": "Name of the event data.",
    "region": "Name of the region, and the frame of its districts.",
    "start, end": "First and last day of the record.",
    "events": "Number of events.",
    "by_initiator, by_movement": "Number of events by who began them, and by kind of armed group.",
    "deaths": "Sum of best estimates of deaths by side.",
    "quality": "Rows read, used, dropped by reason, and weak spots; see `tarazu record describe`.",
    "source": "Title, licence, citations and SHA-256 of the event file.",
    "initiator_check": "Precision and recall of the initiator rules on labels given by hand; null "
    "where these rules were not measured.",
    "rules_digest, inputs": "SHA-256 of the rules, and of every input by name.",
}
FINDING: Final = {
    "name, question": "Of the estimator.",
    "estimand, unit": "The quantity in words with its population and window, and its unit.",
    "estimate, interval, level": "The interval covers the quantity at `level`; null where not "
    "estimable.",
    "null, p_value": "The null hypothesis (`descriptive`: none), and the two-sided p-value.",
    "p_holm": "The p-value after correction for all tests of the battery; null: no test.",
    "verdict": "After correction. `verdict_alone` is the one without.",
    "verdict_alone": "Without correction.",
    "sentence": "The result in plain words, with its uncertainty, after correction.",
    "n_used, n_dropped": "Counts that the estimate rests on, and that were left out, by name.",
    "assumptions, caveats, references": "Lists of sentences.",
    "diagnostics": "Checks: name, value, expectation, passed (null: informs only), refuses (why "
    "the test has no verdict if the check fails; empty where it has one all the same).",
    "refused_by, refusal": "Names of failed checks that refuse the test, whose verdict is then "
    "that the record cannot tell, and the reasons in one sentence; empty where none does.",
    "verdict_unrefused": "What the p-value alone would have said; empty where nothing was refused.",
    "sensitivity": "The same estimate under other coding choices: name, estimate, interval, "
    "p_value, n, verdict (without correction).",
    "figures": "Numbers behind the figures: kind, title, x_label, y_label, source, n, data "
    "(columns of equal length).",
    "options": "Options of the estimator by name.",
    "selection": "Parts of the record that were chosen, in words; empty for the whole record.",
    "inputs": "SHA-256 of every input by name.",
    "unmeasured": "What the error rates were not measured for; they are left out then.",
    "validation": "Error rates measured on simulated records, by name; empty where not measured.",
    "converged": "False: the numbers cannot be quoted.",
}
FAILURE: Final = {
    "name": "Of the estimator.",
    "failed": "True.",
    "is_bug": "Whether the error is one of Tarazu; its traceback is in tracebacks/NAME.txt.",
    "reason": "What stood in the way.",
}
EVIDENCE: Final = {
    "error_rates": "With `--error-rates`: the simulated world, records per row, and by estimator "
    "each rate with its binomial interval and the power curve; else null.",
    "sentence": "How many tests reach the 5% level, alone and after correction.",
    "significance": "Probability of one false finding or more among all tests.",
    "rows": "One row per finding; see below.",
    "failures": "Estimators that gave no result, as in findings.json. They do not count as tests.",
}
EVIDENCE_ROW: Final = {
    "name, question, estimand, null, unit": "As in findings.json.",
    "kind": "`test`, or `descriptive` where there is no null hypothesis.",
    "estimate, interval, level, p_value, p_holm": "As in findings.json.",
    "verdict, verdict_alone": "After correction, and without.",
    "refused_by, verdict_unrefused": "As in findings.json.",
    "cuts": "Verdicts of two sensitivity analyses, by name.",
    "differing": "Names of sensitivity analyses with another verdict.",
    "failed": "Names of checks that failed.",
    "false_positives": "Share of simulated records without an effect in which one is found.",
    "smallest_rise, smallest_fall": "Effect that is found in 80% of simulated records.",
}
CLAIMS: Final = {
    "title, digest": "Of the file of claims.",
    "entries": "One entry per claim: its keys in the file (see [files.md](files.md)), and those "
    "below.",
}
CLAIM_ENTRY: Final = {
    "verdict": "`supported`, `contradicted`, `inconclusive`, `model-conditional` or `not run`.",
    "explanation": "The verdict and its numbers in plain words.",
    "record_result": "Finding, verdict, sentence, conclusion, why; null where the claim has no "
    "test.",
    "model_result": "Study, conclusion, shares, n_left_out, detail. A share: subset (`all` draws "
    "or `kept`), hypothesis, share of draws in which the claim holds, low, high (90%), n_draws.",
}
STUDY_JSON: Final = {
    "name, file_digest": "Of the study file.",
    "spec": "The study, with what its file leaves out; keys as in [files.md](files.md).",
    "start": "The state from which runs start, in words: its day and its history.",
    "origin_week": "Week from which outcomes are counted.",
    "record_range": "Least and most attacks per year in the record's last five years, or null.",
    "kept_share": "Share of draws in that range, by hypothesis and `pooled`.",
    "hindcast": "Quantiles over members of what they count in each calendar year of their history, "
    "by hypothesis; attacks of the record by year; and the years compared. Null without a history.",
    "region": "Name, title and SHA-256.",
    "policies, hypotheses": "Name, title and meaning of each, and the districts in which a policy "
    "differs from the baseline (empty: all).",
    "baseline": "The policy that others are compared with.",
    "policy_digests": "SHA-256 of the policies' files by name.",
    "is_operation": "Whether the study has one extra sweep.",
    "borrowed_priors": "Sentence on priors that are of another region; empty for Balochistan.",
    "files": "SHA-256 of each table of the folder by name.",
    "sha256": SEALED,
    "provenance": "Versions, and SHA-256 of the inputs.",
}
BANDS: Final = {
    "NAME": "Quantile over members of a national series, by subset (`all` draws, or `kept`: those "
    "that match the record), hypothesis, policy, quantile and week. Names are those of the "
    "outcomes in metrics.parquet.",
    "NAME_mean": "Mean over members, by subset, hypothesis, policy and week.",
    "week": "Last week of each step. Counts are totals over the step, levels those at its end.",
}
DISTRICTS: Final = {
    "NAME_mean, NAME_variance": "Over members, by subset, hypothesis, policy, year and district.",
    "NAME_exceedance": "Share of members that reach a level, by level too.",
    "NAME_levels": "The levels.",
    "members": "Number of members, by subset and hypothesis.",
}
MANIFEST: Final = {
    "kind": "`run`, or what else made the folder.",
    "provenance": "Versions of Tarazu, Python and packages; commit; SHA-256 of every input.",
    "seeds": "Random seed by study.",
    "outputs": "SHA-256 of every file of the folder but RUN.json.",
    "sha256": SEALED,
}
RUN: Final = {
    "started, duration_s": "Time of the run, and its length in seconds.",
    "host, platform": "The machine.",
    "study": "The study that was run, by name or path; absent where none was.",
    "sha256": SEALED,
}
RUN_JSON: Final = {
    "folder, brief, annex": "Where the results lie.",
    "points": "What was found: label and text of each point that the command prints.",
    "evidence": "As evidence.json, or null.",
    "claims": "As claims.json, or null.",
    "studies": "By study: name, title, baseline, outcome, weeks and changes, one for each "
    "hypothesis and policy, with the columns of `StudyResult.to_frame`.",
}
COUNTS: Final = {
    "date": "Day of the events.",
    "date_precision": "UCDP's code: 1 the day, to 5 the year.",
    "district": "Slug of the district; empty: not known.",
    "initiator": "`state`, `militant`, `foreign_state`, `other` or `unclear`.",
    "initiator_rule": "Name of the rule that inferred it.",
    "target, tactic": "Coded by rules.",
    "group, movement": "Armed group, and its kind.",
    "zero_best": "Whether the best estimate of deaths is 0.",
    "group_site": "Whether it is known only from an armed group's own site.",
    "active_year": "Whether the two sides had 25 deaths or more in the year.",
    ", ".join(DEATHS): "Best estimates of deaths by side, summed over the events of the row.",
    "count": "Number of events of the row.",
}
REGION_FILES: Final = {
    "region.toml": "Name, title, frame, and how event files spell countries and provinces.",
    "districts.csv": "One row per district.",
    "edges.csv": "One row per pair of neighbours, with the length of their border in km.",
    "tiles.csv": "Place of each district on the tile map.",
    "columns.csv": "Source of each column of these tables.",
    "attributes.csv": "Further numbers of districts, a column each; read if it is there.",
    "boundaries.geojson": "The polygons; read with the folder.",
}


def outputs_page() -> str:
    """Return the page of the files that commands write."""
    parts = ["# Files that commands write", "*Made by `make docs` from the code.*", INTRODUCTION]
    parts.append(meaning_table(FOLDERS, head="command"))
    for heading, words, tables in _sections():
        parts += [f"## {heading}", words, *(meaning_table(table) for table in tables if table)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sections() -> Iterator[tuple[str, str, tuple[dict[str, str], ...]]]:
    yield "record.json", "The record and its quality.", (RECORD,)
    yield "findings.json", "A list with one entry per estimator.", (FINDING,)
    yield "findings.json: an estimator that gave no result", "", (FAILURE,)
    yield "evidence.json", "All tests in one table.", (EVIDENCE,)
    yield "evidence.json: rows", "", (EVIDENCE_ROW,)
    yield "claims.json", "", (CLAIMS,)
    yield "claims.json: entries", "", (CLAIM_ENTRY,)
    yield (
        "The files of a study",
        "The columns of the two tables are in [study-folder.md](study-folder.md). study.toml is "
        "the study file as it was read.",
        (dict(STUDY_FILES),),
    )
    yield "study.json", "", (STUDY_JSON,)
    yield "bands.nc", "NetCDF 3.", (BANDS,)
    yield "districts.nc", "NetCDF 3.", (DISTRICTS,)
    yield (
        "figures/ and the pages of `tarazu model`",
        "By figure a page, KEY.html, which opens offline, and KEY.csv: the table under the "
        "picture, one column per column of the table, numbers with an ASCII minus.",
        (),
    )
    yield (
        "tracebacks/NAME.txt",
        "Of an estimator that ended in a bug, for a report. All other results are kept, and the "
        "exit code is 3.",
        (),
    )
    yield "MANIFEST.json", "In every folder of results.", (MANIFEST,)
    yield "RUN.json", "The only file that may differ between two equal runs.", (RUN,)
    yield "Standard output of `run --json` and `demo --json`", "", (RUN_JSON,)
    yield (
        "`tarazu data figures`: counts of events",
        "A CSV file; the TOML file beside it states source, licence, region and dropped rows.",
        (COUNTS,),
    )
    yield "`tarazu region build`: a region", "", (REGION_FILES,)
    for table, columns in REGION_COLUMNS.items():
        yield f"{table}.csv", f"Columns: {', '.join(f'`{name}`' for name in columns)}.", ()


def described(table: dict[str, str]) -> set[str]:
    """Return the names that a table describes, several in one row among them."""
    return {name for row in table for name in row.split(", ")}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(outputs_page(), encoding="utf-8")
