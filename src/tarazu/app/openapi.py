"""Description of the JSON API (OpenAPI 3.1), made from the types that it reads and writes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tarazu.app.comparison import Choice, Comparison
from tarazu.app.evidence.findings import FindingsState
from tarazu.app.evidence.view import Shown
from tarazu.app.futures import Futures
from tarazu.app.pages.brief import Brief
from tarazu.app.reproduce import Recipe
from tarazu.app.state import State
from tarazu.app.why.flips import Flips
from tarazu.app.why.unknowns import Unknowns


class Health(BaseModel):
    """State of the server.

    Attributes
    ----------
    status : ``loading``, ``compiling`` or ``ready``. computing, waiting : runs.
    """

    status: str
    version: str
    computing: int
    waiting: int


def describe_api(version: str) -> dict[str, Any]:
    """Return the OpenAPI document."""
    _, schemas = models_json_schema(
        [
            (State, "validation"),
            (Choice, "validation"),
            *((m, "serialization") for m in (Futures, Comparison, Unknowns, Brief, Recipe, Health)),
            *((m, "serialization") for m in (Flips, Shown, FindingsState)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    query = [
        _parameter("h", "hypothesis", "string"),
        _parameter("p", "policy to start from", "string"),
        _parameter("y", "years, 1 to 10", "integer"),
        _parameter("LEVER", "any lever by its name: its value from the first week on", "number"),
    ]
    part = [
        _parameter("k", "kind of events, by who began them, or all", "string"),
        _parameter("d", "district", "string"),
        _parameter("by", "year or month", "string"),
        _parameter("from", "first year or month, as 2011 or 2011-03", "string"),
        _parameter("until", "last year or month", "string"),
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tarazu lab",
            "version": version,
            "description": "Simulated futures of policies. Not calibrated.",
        },
        "paths": {
            "/api/expected": {"get": _operation("Expected paths", "Futures", query)},
            "/api/recipe": {"get": _operation("The same numbers without the lab", "Recipe", query)},
            "/api/evidence": {"get": _operation("Counts of recorded events", "Shown", part)},
            "/api/findings": {
                "get": _operation("Findings of the record, computed once", "FindingsState", [])
            },
            "/api/inputs": {
                "get": {
                    "summary": "Inputs of the mean field in JavaScript, /model.js",
                    "parameters": query[:1],
                    "responses": {"200": {"description": "Arrays by name"}},
                }
            },
            "/api/runs": _run(
                "Stochastic runs with 16, 64 and 256 members; results are Futures", "State"
            ),
            "/api/comparisons": _run(
                "Stochastic runs of up to four policies by hypothesis; results are Comparison, "
                "then Flips",
                "Choice",
            ),
            "/api/unknowns": _run(
                "Parameters that the change of attacks goes with most; the result is Unknowns",
                "State",
            ),
            "/api/briefs": _run(
                "The brief of a scenario with 64 members as an HTML file; the result is Brief",
                "State",
            ),
            "/health": {"get": _operation("State of the server", "Health", [])},
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _run(summary: str, body: str) -> dict[str, Any]:
    lines = (
        "One JSON object per line. `state` is queued (place, waiting), running (done, total), "
        "result (result), done, failed (why), late (seconds) or stopped. Closing the connection "
        "cancels the run."
    )
    stream = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"content": {"application/json": {"schema": _ref(body)}}},
            "responses": {
                "200": {"description": lines, **stream},
                "422": {"description": "A name or value is wrong"},
                "503": {"description": "Too many runs wait"},
            },
        }
    }


def _parameter(name: str, meaning: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": meaning, "schema": {"type": kind}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(summary: str, answer: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(answer)}}
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": content},
            "422": {"description": "A name or value is wrong"},
        },
    }
