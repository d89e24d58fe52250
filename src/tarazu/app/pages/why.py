"""The page of causes: diagram, and what each box and arrow says, complete without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from tarazu.app import words
from tarazu.app.drawing import fan_marks, svg
from tarazu.app.futures import Futures
from tarazu.app.pages.lab import LARGE, data_block, lab_data
from tarazu.app.pages.waiting import template
from tarazu.app.state import lever_pairs, policy_of, write_query
from tarazu.app.why.causes import Causes, expressions_of, key_of
from tarazu.app.why.choice import Why, write_why
from tarazu.app.why.unknowns import LEVELS
from tarazu.model.description import Edge
from tarazu.report.diagram.nodes import WORDS, Arrow, Node
from tarazu.report.diagram.picture import live_svg, sentence


def why_page(causes: Causes, why: Why, futures: Futures) -> str:
    """Return the page for a scenario and its expected paths."""
    lab, state, diagram = causes.lab, why.state, causes.diagram
    known = {
        "words": words.load_words(),
        "lab": lab,
        "state": state,
        "policy": policy_of(state, lab).title,
        "query": write_why(why, lab),
        "lab_query": write_query(state, lab),
        "hidden": list(lever_pairs(state)),
        "diagram": Markup(live_svg(diagram, key="diagram")),
        "sentences": [
            (key_of(arrow), sentence(arrow, diagram))
            for arrow in sorted(diagram.arrows, key=lambda arrow: not diagram.is_spine(arrow))
        ],
        "nodes": [_node(node, causes) for node in diagram.nodes],
        "links": [_link(arrow, causes) for arrow in diagram.arrows],
        "chart": _chart(futures, is_today=state.is_today),
        "data": Markup(data_block(_data(causes, why, futures))),
    }
    return template("why.html.j2").render(known)


def _node(node: Node, causes: Causes) -> dict[str, Any]:
    arrows = causes.diagram.arrows
    return {
        "key": node.name,
        "title": node.title,
        "meaning": node.meaning,
        "parts": [
            part.replace("_", " ") + (" (falls when it rises)" if part in node.against else "")
            for part in node.parts
        ],
        "out": [
            _said(a, causes, a.target, f"{WORDS[a.effect]}: %s")
            for a in arrows
            if a.source == node.name
        ],
        "into": [
            _said(a, causes, a.source, f"%s {WORDS[a.effect]} it")
            for a in arrows
            if a.target == node.name
        ],
    }


def _said(arrow: Arrow, causes: Causes, other: str, words: str) -> tuple[str, str]:
    return key_of(arrow), words % causes.diagram.title(other)


def _link(arrow: Arrow, causes: Causes) -> dict[str, Any]:
    key = key_of(arrow)
    held = causes.held.get(key, ())
    return {
        "key": key,
        "title": sentence(arrow, causes.diagram).partition(" (")[0],
        "effect": WORDS[arrow.effect],
        "is_drawn": key in causes.held,
        "held": len({link.source + link.target for link in held}),
        "count": len(arrow.links),
        "parts": [_part(edge, causes) for edge in arrow.links],
    }


def _part(edge: Edge, causes: Causes) -> dict[str, Any]:
    """Return what is known of one influence: the equations that read its source."""
    readers = causes.readers(edge) or (edge.target,)
    return {
        "source": edge.source.replace("_", " "),
        "target": edge.target.replace("_", " "),
        "sign": edge.sign.replace("-", words.MINUS),
        "equations": [
            {
                "name": one.quantity,
                "unit": one.unit,
                "text": one.text,
                "meaning": one.meaning,
                "parameters": list(_parameters(one.quantity, causes)),
            }
            for reader in readers
            for one in causes.equations.get(reader, ())
        ],
    }


def _parameters(quantity: str, causes: Causes) -> Iterator[dict[str, str]]:
    model = causes.lab.model
    read = {s.name for one in expressions_of(model, quantity) for s in one.free_symbols}
    for name in sorted(read & model.parameters.keys()):
        parameter = model.parameters[name]
        yield {
            "name": name.replace("_", " "),
            "unit": parameter.unit,
            "prior": parameter.prior.describe(),
            "source": "ASSUMED" if parameter.source.is_assumed else str(parameter.source),
        }


def _chart(futures: Futures, *, is_today: bool) -> dict[str, Any]:
    outcome = futures.outcomes[0]
    width, height = LARGE
    text = words.sentence(outcome, futures, is_today=is_today)
    marks = fan_marks(outcome, futures.weeks, futures.step, width, height, is_today=is_today)
    title = f"{outcome.title}, {words.span(futures.weeks)}. {words.fill('not_calibrated')}"
    return {
        "name": outcome.name,
        "title": outcome.title,
        "axis": words.fill("chart_axis", unit=outcome.unit),
        "text": text,
        "svg": Markup(svg(marks, width=width, height=height, key="fan-is", title=title, text=text)),
        "empty": Markup(svg([], width=width, height=height, key="fan-left", title=title, text="")),
    }


def _data(causes: Causes, why: Why, futures: Futures) -> dict[str, Any]:
    return {
        **lab_data(causes.lab, why.state, futures),
        "why": {
            **why.model_dump(exclude={"state"}),
            "unit": causes.lab.model.parameters[why.unknown].unit if why.unknown else "",
        },
        "levels": LEVELS,
        "links": {
            key: {
                "title": sentence(arrow, causes.diagram).partition(" (")[0],
                "held": [
                    {"input": link.input, "switch": link.switch, "path": link.path}
                    for link in dict.fromkeys(causes.held[key])
                ],
            }
            for arrow in causes.diagram.drawn
            if causes.held[key := key_of(arrow)]
        },
    }
