"""Templates, and the page that is shown until kernels are compiled."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from tarazu.app import words


@cache
def template(name: str) -> Template:
    """Return a template of this package."""
    environment = Environment(
        loader=PackageLoader("tarazu.app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def waiting_page(seconds: float, failure: str) -> str:
    """Return the page that is shown until kernels are compiled."""
    text = failure or words.fill("compiling", seconds=round(seconds))
    return template("waiting.html.j2").render(text=text, reload=not failure)
