"""The lab as one HTML file that works without a server and without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from tarazu.app.futures import Futures
from tarazu.app.lab import Lab
from tarazu.app.pages.lab import Saved, lab_page
from tarazu.app.service import Service
from tarazu.app.start.first_page import read_first_page
from tarazu.app.state import State
from tarazu.report.content_policy import script_hash

MODULES: Final = (
    "words",
    "drawing",
    "state",
    "expected",
    "newest",
    "engine",
    "runs",
    "png",
    "table",
    "download",
    "place",
    "replay",
    "page",
)
"""The scripts of the page, each after those that it imports."""

REPLACED: Final = {"engine": "engine_saved"}

_IMPORT: Final = re.compile(
    r'^import (?:\* as (?P<all>\w+)|\{(?P<names>[^}]*)\}) from "(?P<from>[^"]+)";$', re.MULTILINE
)
_DATA: Final = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
_EXPORT: Final = re.compile(
    r"^export (?P<rest>(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE
)


def saved_page(lab: Lab) -> str:
    """Return the page of today's practice with all that it needs inside."""
    service = Service(lab)
    script = "\n".join(_bundle(lab))
    page_style, picture_style = (_static(f"{name}.css") for name in ("page", "picture"))
    styles = " ".join(f"'{script_hash(style)}'" for style in (page_style, picture_style))
    policy = (
        f"default-src 'none'; script-src '{script_hash(script)}'; style-src {styles}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    inputs = {name: service.inputs(name) for name in lab.hypotheses}
    saved = Saved(policy, Markup(page_style), Markup(picture_style), Markup(script), inputs)
    shown = futures_of_page(read_first_page(lab.version), lab)
    state = State()
    return lab_page(lab, state, shown or service.expected(state), saved=saved)


def futures_of_page(page: str | None, lab: Lab) -> Futures | None:
    """Return today's expected paths as a first page of the same lab holds them, without a kernel.

    None where there is no such page.
    """
    found = None if page is None else _DATA.search(page)
    if found is None:
        return None
    data = json.loads(found[1])
    return Futures.model_validate(data["futures"]) if data["key"] == lab.key else None


def _bundle(lab: Lab) -> Iterator[str]:
    """Yield the modules of the page as functions that return what they export."""
    yield _wrapped("model", lab.javascript)
    for name in MODULES:
        yield _wrapped(name, _static(f"{REPLACED.get(name, name)}.js"))


def _wrapped(name: str, text: str) -> str:
    if "</script" in text or "<!--" in text.replace("`<!--", ""):
        raise ValueError(f"the module {name} holds the end of a script")
    exported = ", ".join(found["name"] for found in _EXPORT.finditer(text))
    body = _EXPORT.sub(lambda found: found["rest"], _IMPORT.sub(_binding, text))
    return f"const {name}_ = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


def _binding(found: re.Match[str]) -> str:
    """Return what an import becomes: names of what another module returned."""
    module = found["from"].rpartition("/")[2].removesuffix(".js")
    if found["all"]:
        return f"const {found['all']} = {module}_;"
    return f"const {{{found['names']}}} = {module}_;"


def _static(name: str) -> str:
    return files("tarazu.app").joinpath("static", name).read_text(encoding="utf-8")
