"""Plan of a week from a program, by expectations or by draws."""

from __future__ import annotations

from tarazu.engine.compiler.drawn_week import plan_drawn
from tarazu.engine.compiler.equations import made_names
from tarazu.engine.compiler.expected_week import plan_expected
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.week_plan import Mode, Week, finish_week


def plan_week(program: Program, mode: Mode) -> Week:
    """Return the passes of a week.

    Raises
    ------
    ModelError
        A quantity is named as an equation that the declaration has no name for.
    """
    passes = plan_expected(program) if mode == "mean" else plan_drawn(program)
    return finish_week(program, mode, passes, {*program.model.names(), *made_names(program)})
