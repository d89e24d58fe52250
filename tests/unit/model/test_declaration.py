import pytest
import sympy as sp
from tests.unit.worlds import declare_toy, toy_model

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine.compiler.program import compile_program
from tarazu.model import ModelError, build_model
from tarazu.model.checks import checked
from tarazu.model.quantities import Lever


def test_toy__is_a_model_that_can_run():
    assert [*toy_model().stocks] == ["calm", "active", "gone", "fear", "memory_raids"]


def test_unknown_name__is_named_with_the_nearest():
    m = declare_toy()
    m.change("fear", fall=m["fadding"], meaning="misspelled")
    with pytest.raises(ModelError, match=r"fall of 'fear': no quantity 'fadding'.*fading"):
        checked(m)


def test_unknown_stock__of_a_transfer_is_named():
    m = declare_toy()
    m.transfer("lost", "activ", "calm", hazard=m["recovery"], meaning="misspelled")
    with pytest.raises(ModelError, match=r"'lost': no people stock 'activ'; Did you mean 'active'"):
        checked(m)


def test_unknown_stock__of_a_lever_is_named():
    m = declare_toy()
    m.lever("curfew", Lever("1", 0.0, 1.0, 0.0, "fera", "misspelled"))
    with pytest.raises(ModelError, match=r"lever 'curfew' moves: no stock 'fera'; .*fear"):
        checked(m)


def test_rate_added_to_a_count__names_both():
    m = declare_toy()
    m.define("wrong", m["contact"] + m["active"], meaning="a rate and a count")
    with pytest.raises(ModelError) as error:
        checked(m)
    text = str(error.value)
    assert "'active' in persons" in text
    assert "'contact' in 1/week" in text


def test_hazard_in_the_wrong_unit__says_which_was_expected():
    m = declare_toy()
    m.transfer("lost", "active", "gone", hazard=m["raid_rate"], meaning="not a hazard")
    with pytest.raises(ModelError, match=r"'lost' is in raids/persons/week; expected 1/week"):
        checked(m)


def test_exponential_of_a_quantity_with_unit__is_an_error():
    m = declare_toy()
    m.define("wrong", sp.exp(m["active"]), meaning="exp of persons")
    with pytest.raises(ModelError, match="exp of 'active', which is in persons"):
        checked(m)


def test_prior_that_makes_a_hazard_negative__is_an_error():
    m = declare_toy()
    p = m.declare({"drift": Parameter("1/week", Normal(0.1, 1.0), source=ASSUMED)})
    m.transfer("lost", "active", "gone", hazard=p.drift, meaning="may be negative")
    with pytest.raises(ModelError, match=r"hazard of 'lost' may be -inf.*drift in \[-inf, inf\]"):
        checked(m)


def test_share_that_starts_above_one__is_an_error():
    m = declare_toy()
    p = m.declare({"start": Parameter("1", LogNormal(0.5, 2), source=ASSUMED)})
    m.stock("hope", "share", unit="1", initial=p.start, meaning="unbounded start")
    with pytest.raises(ModelError, match="start of 'hope' may be inf; expected 0 to 1"):
        checked(m)


def test_all_problems__are_reported_at_once():
    m = declare_toy()
    m.change("fear", fall=m["fadding"], meaning="misspelled")
    m.change("fear", fall=m["recovry"], meaning="misspelled too")
    with pytest.raises(ExceptionGroup) as error:
        checked(m)
    assert len(error.value.exceptions) == 2


def test_same_name_twice__is_an_error():
    m = declare_toy()
    with pytest.raises(ModelError, match="'fear' is declared twice"):
        m.stock("fear", "share", unit="1", initial=0, meaning="again")


def test_attraction__cannot_read_what_happens_during_the_week():
    m = declare_toy()
    m.transfer(
        "fled",
        "calm",
        "calm",
        hazard=m["travel"],
        attraction=1 + m["raids"] * m["fear_up"] / m["recovery"],
        meaning="too early",
    )
    with pytest.raises(ModelError, match="'raids', which is not known that early"):
        checked(m)


def test_circle_within_a_week__names_its_members():
    m = declare_toy()
    m.define("panic", m["calmed"] * m["fading"], unit="persons/week/week", meaning="follows exits")
    m.transfer(
        "fled",
        "active",
        "calm",
        hazard=m["panic"] / m["active"] / m["fading"],
        meaning="an exit that follows itself",
    )
    with pytest.raises(ModelError, match="panic -> exits of active -> panic"):
        compile_program(checked(m))


def test_steps__follow_what_they_read():
    program = compile_program(build_model())
    made = set()
    for step in program.steps:
        names = {step.name} if hasattr(step, "name") else {t.name for t in step.hazards}
        reads = getattr(step, "expression", getattr(step, "mean", None))
        if reads is not None:
            weekly = {s.name for s in reads.free_symbols} & {
                *program.model.definitions,
                *program.model.events,
                *program.model.transfers,
            }
            assert weekly <= made
        made |= names | {t.name for t in getattr(step, "counts", ())}


def test_streams__do_not_depend_on_what_else_is_declared():
    small = compile_program(toy_model()).streams
    m = declare_toy()
    m.event("more", unit="raids", mean=m["raids"], meaning="one more event")
    large = compile_program(checked(m)).streams
    assert {name: large[name] for name in small} == dict(small)
    assert len(set(large.values())) == len(large)
