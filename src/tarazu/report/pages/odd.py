"""The model as an ODD protocol page, written from its declaration.

Grimm et al. (2020), Journal of Artificial Societies and Social Simulation 23(2) 7,
doi:10.18564/jasss.4259.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tarazu.engine.compiler.program import Exits, Program, compile_program
from tarazu.model import Model, describe
from tarazu.model.description import Description
from tarazu.model.loops.feedback import feedback_loops, influences
from tarazu.model.quantities import Definition

KINDS = {
    "people": "people; whole numbers in the stochastic engine, conserved exactly",
    "share": "a share in [0, 1]",
    "memory": "a memory >= 0 that fades",
}


def odd_page(model: Model, *, note: str = "") -> str:
    """Return the ODD protocol of a model as Markdown; equal declarations give equal text.

    Parameters
    ----------
    note : paragraph on the initial levels, such as `tarazu.model.borrowed_priors`.
    """
    description, program = describe(model), compile_program(model)
    parts = (
        _purpose(model),
        _entities(description),
        _schedule(program),
        _concepts(model, program),
        _initialisation(model, note),
        _inputs(model),
        _submodels(description),
    )
    return "\n".join(line for part in parts for line in (*part, "")).rstrip() + "\n"


def _purpose(model: Model) -> Iterator[str]:
    yield f"# ODD protocol of the model '{model.name}'"
    yield ""
    yield (
        "Made from the declaration by `make docs`, after the ODD protocol (Overview, Design "
        "concepts, Details; Grimm et al. 2020, doi:10.18564/jasss.4259). Not edited by hand."
    )
    yield ""
    yield "## 1. Purpose and patterns"
    yield ""
    yield (
        "The model computes long-run effects of security policies on violence, by district, "
        "when nobody knows which hypothesis is true. It is not calibrated here: every number is "
        "drawn from a prior, rival hypotheses restrict the priors, and results are shares of "
        "draws. Patterns that it is held to: people are conserved; known limits (Deitchman's law, "
        "intelligence-limited stalemate, the threshold of an epidemic) come out as special cases; "
        "each link can be switched off; effects on which the literature disagrees keep a free sign."
    )


def _entities(description: Description) -> Iterator[str]:
    yield "## 2. Entities, state variables and scales"
    yield ""
    yield (
        "Entities are districts, never people: a district is the smallest unit of space, a week "
        "the smallest unit of time. Each district brings its population and urban share, and "
        "weights to its neighbours."
    )
    yield ""
    rows = [(f"`{n}`", KINDS[kind], unit, meaning) for n, kind, unit, meaning in description.stocks]
    yield from _table(("stock", "kind", "unit", "meaning"), rows)


def _schedule(program: Program) -> Iterator[str]:
    yield "## 3. Process overview and scheduling"
    yield ""
    model = program.model
    yield (
        "All districts go through the same week; stocks are read as they stand before it. The "
        "order within a week follows from dependencies, found by the compiler:"
    )
    yield ""
    number = 1
    for name in model.everywhere:
        yield f"{number}. sum over all districts: `{name}`"
        number += 1
    for name in model.nearby:
        yield f"{number}. weighted sum over neighbours: `{name}`"
        number += 1
    for step in program.steps:
        if isinstance(step, Definition):
            yield f"{number}. compute `{step.name}`: {step.meaning}"
        elif isinstance(step, Exits):
            leaving = ", ".join(f"`{t.name}`" for t in (*step.counts, *step.hazards))
            yield f"{number}. people leave `{step.stock}`, competing: {leaving}"
        else:
            yield f"{number}. draw `{step.name}`: {step.meaning}"
        number += 1
    yield f"{number}. people who move arrive next door; shares and memories are updated."


def _concepts(model: Model, program: Program) -> Iterator[str]:
    loops = feedback_loops(influences(model))
    tally = {
        kind: sum(loop.polarity == kind for loop in loops)
        for kind in ("reinforcing", "balancing", "either")
    }
    yield "## 4. Design concepts"
    yield ""
    yield (
        "- **Basic principles.** Stocks and flows by district, after system dynamics; recruitment "
        "by contact and grievance, intelligence that follows trust, retaliation or deterrence of "
        "free sign."
    )
    yield (
        f"- **Emergence.** Whether violence grows, persists or dies out is not put in: it follows "
        f"from {len(loops)} independent feedback loops ({tally['reinforcing']} reinforcing, "
        f"{tally['balancing']} balancing, {tally['either']} whose sign the prior leaves open)."
    )
    yield "- **Interaction.** Neighbours see each other's stocks; people move between them."
    yield (
        f"- **Stochasticity.** {len(model.events)} events per week and district are drawn "
        "(Poisson, negative binomial or heavy-tailed), and who leaves a stock (binomial). Each "
        "draw is a hash of seed, member, week, district and name, so that two policies use common "
        "random numbers."
    )
    shocks = ", ".join(
        f"`{s.name}` ({s.meaning}; {'one for all districts' if s.is_common else 'one for each'})"
        for s in model.shocks.values()
    )
    if shocks:
        yield (
            f"- **What comes and goes by itself.** {shocks}: levels with mean 1 that nothing in "
            "the model moves, drawn on streams of their own. The mean field, and all that derives "
            "from it, holds them at their mean."
        )
    yield (
        "- **Observation.** Weekly series by district: "
        + ", ".join(f"`{q}`" for q in program.quantities)
        + "."
    )
    yield (
        "- **Adaptation, objectives, learning, prediction, sensing, collectives.** None: no entity "
        "decides. A body count is reported, never an objective."
    )
    yield ""
    yield "Feedback loops, shortest first:"
    yield ""
    yield from (f"- {loop}" for loop in loops)


def _initialisation(model: Model, note: str) -> Iterator[str]:
    yield "## 5. Initialisation"
    yield ""
    yield "Levels before week 0, the same rule in every district:"
    yield ""
    rows = [
        (f"`{s.name}`", "everybody else" if s.initial is None else f"`{s.initial}`")
        for s in model.stocks.values()
    ]
    yield from _table(("stock", "start"), rows)
    if note:
        yield from ("", note)


def _inputs(model: Model) -> Iterator[str]:
    yield "## 6. Input data"
    yield ""
    yield "A policy sets the levers by week and district; all else stays as drawn."
    yield ""
    rows = [
        (
            f"`{name}`",
            lever.unit,
            f"{lever.low:g} to {lever.high:g}",
            f"{lever.default:g}",
            lever.meaning,
        )
        for name, lever in model.levers.items()
    ]
    yield from _table(("lever", "unit", "range", "today", "meaning"), rows)


def _submodels(description: Description) -> Iterator[str]:
    yield "## 7. Submodels"
    yield ""
    for equation in description.equations:
        yield f"**`{equation.quantity}`** ({equation.kind}, {equation.unit}): {equation.meaning}"
        yield ""
        yield f"$$ {equation.latex} $$"
        yield ""
    assumed = sum(row.is_assumed for row in description.parameters)
    yield f"Parameters ({len(description.parameters)}, of which {assumed} assumed):"
    yield ""
    rows = [(f"`{p.name}`", p.unit, p.prior, p.source) for p in description.parameters]
    yield from _table(("parameter", "unit", "prior", "source"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
