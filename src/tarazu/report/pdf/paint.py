"""Colours of a page for its pictures and cells: what classes of its style sheet paint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

Rules = Mapping[str, Mapping[str, str]]

STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
BLOCK: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
VARIABLE: Final = re.compile(r"var\((--[\w-]+)\)")
ONE_CLASS: Final = re.compile(r"\.([\w-]+)")
OF_PICTURES: Final = (
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"),
    *("font-weight", "paint-order"),
)


def class_rules(html: str) -> Rules:
    """Return the properties that a page gives to a class alone, its variables put in.

    Rules for a medium (dark screens, narrow ones) are left out; ``svg`` stands for all pictures.
    """
    css = "\n".join(STYLE.findall(html))
    plain = _without_media(css)
    variables: dict[str, str] = {}
    rules: dict[str, dict[str, str]] = {}
    for selectors, body in BLOCK.findall(plain):
        properties = dict(_properties(body))
        if selectors.strip() == ":root":
            variables |= properties
            continue
        for selector in selectors.split(","):
            found = ONE_CLASS.fullmatch(selector.strip())
            name = found[1] if found else selector.strip()
            if found or name == "svg":
                rules.setdefault(name, {}).update(properties)
    return {
        name: {
            key: VARIABLE.sub(lambda v: variables.get(v[1], "inherit"), value)
            for key, value in properties.items()
        }
        for name, properties in rules.items()
    }


def painted(svg: str, rules: Rules) -> str:
    """Return a picture that carries the colours of its classes."""
    used = {name for words in re.findall(r'class="([^"]*)"', svg) for name in words.split()}
    lines = []
    for name in ("svg", *sorted(used)):
        properties = rules.get(name, {})
        shown = "; ".join(f"{key}: {properties[key]}" for key in OF_PICTURES if key in properties)
        if shown:
            lines.append(f"{name if name == 'svg' else '.' + name} {{ {shown} }}")
    if not lines:
        return svg
    head, mark, rest = svg.partition(">")
    return f"{head}{mark}<style>{' '.join(lines)}</style>{rest}"


def colour(classes: Iterable[str], prop: str, rules: Rules) -> str | None:
    """Return a colour that one of some classes gives, as #rrggbb; None without."""
    for name in sorted(classes):
        value = rules.get(name, {}).get(prop, "")
        if re.fullmatch("#[0-9a-fA-F]{3}", value):
            return "#" + "".join(2 * digit for digit in value[1:])
        if re.fullmatch("#[0-9a-fA-F]{6}", value):
            return value
    return None


def _properties(body: str) -> Iterable[tuple[str, str]]:
    for line in body.split(";"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _without_media(css: str) -> str:
    """Return a style sheet without the blocks that begin with @."""
    kept, depth, at = [], 0, 0
    while at < len(css):
        if depth == 0 and css[at] == "@":
            at, depth = css.index("{", at) + 1, 1
            continue
        if depth:
            depth += {"{": 1, "}": -1}.get(css[at], 0)
        else:
            kept.append(css[at])
        at += 1
    return "".join(kept)
