"""Common work of generated code: computed once."""

import pytest
import sympy as sp

from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.planner import plan_week
from tarazu.engine.compiler.subexpressions import Line, Names, share_work, symbol
from tarazu.engine.compiler.week_plan import DistrictLoop
from tarazu.model import build_model


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_plan__assigns_no_name_twice(mode):
    week = plan_week(program_of(build_model()), mode)
    loops = [one for one in (week.settings, *week.passes) if isinstance(one, DistrictLoop)]
    for lines in (week.constants, *(loop.lines for loop in loops)):
        names = [line.name for line in lines]
        assert len(names) == len(set(names))


def test_share_work__writes_a_part_of_a_part_once():
    """The whole comes first in the alphabet, and brings the part that is read beside it."""
    z, c = symbol("z"), symbol("c")
    part = sp.tanh(z)
    whole = sp.exp(part + c)
    lines = [Line("first", whole * part), Line("second", whole + part)]
    names = [line.name for line in share_work(lines, Names({"z", "c", "first", "second"}))]
    assert names == ["tanh_z", "exp_c_plus_tanh_z", "first", "second"]
