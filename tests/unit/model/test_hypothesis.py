import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.errors import ScenarioError
from tarazu.model import HYPOTHESES, build_model, draw_parameters, load_hypothesis
from tarazu.model.hypothesis import parse_hypothesis

RESPONSES = (
    "harm_response",
    "absence_response",
    "attack_response_harm",
    "attack_response",
    "recruitment_response_harm",
    "recruitment_response",
    "splinter_response",
)
UNTESTED = (
    "absence_response",
    "redress_response",
    "project_response",
    "services_response",
    "agency_response",
    "proxy_response",
    "dialogue_response",
    "spoiler_response",
    "reintegration_response",
)
"""Claims without a test on the record: no effect, and either sign, must be possible."""
COUNT = 200


def columns(name, hypothesis, uniforms):
    model = build_model()
    return draw_parameters(model, hypothesis, uniforms)[:, [*model.parameters].index(name)]


@pytest.fixture(scope="module")
def uniforms():
    return np.random.default_rng(1).uniform(1e-9, 1 - 1e-9, (COUNT, len(build_model().parameters)))


@pytest.mark.parametrize("name", HYPOTHESES)
def test_hypothesis__restricts_only_what_it_names(name, uniforms):
    model, hypothesis = build_model(), load_hypothesis(name)
    free = draw_parameters(model, load_hypothesis("full"), uniforms)
    held = draw_parameters(model, hypothesis, uniforms)
    for p, parameter in enumerate(model.parameters):
        same = np.array_equal(free[:, p], held[:, p])
        assert same == (parameter not in hypothesis.restrictions)


@pytest.mark.parametrize("name", RESPONSES)
def test_rivals__take_opposite_signs_of_each_response(name, uniforms):
    assert columns(name, load_hypothesis("backlash"), uniforms).min() >= 0.0
    assert columns(name, load_hypothesis("deterrence"), uniforms).max() <= 0.0
    for rival in ("sponsorship", "opportunity"):
        assert set(columns(name, load_hypothesis(rival), uniforms)) == {0.0}
    full = columns(name, load_hypothesis("full"), uniforms)
    assert (full > 0.0).any()
    assert (full < 0.0).any()


@pytest.mark.parametrize(
    "name",
    [
        *RESPONSES,
        *sorted({*UNTESTED} - {"services_response", "redress_response"}),
        "relocation_response",
        "opportunity_response",
        "toll_response",
        "danger_pull",
    ],
)
def test_response_without_published_agreement__is_centred_on_no_effect(name):
    assert build_model().parameters[name].median == 0.0


@pytest.mark.parametrize("name", UNTESTED)
def test_untested_claim__may_be_nothing_or_the_reverse(name):
    prior = build_model().parameters[name].prior
    values = prior.quantile(np.linspace(0.0005, 0.9995, 1000))
    assert (values == 0.0).mean() > 0.1
    assert (values < 0.0).mean() > 0.05
    assert (values > 0.0).mean() > 0.05


def test_rivals__differ_in_who_pays_and_in_livelihoods(uniforms):
    for name in HYPOTHESES:
        hypothesis = load_hypothesis(name)
        paid = columns("sponsorship_rate", hypothesis, uniforms).max() > 0.0
        assert paid == (name in {"full", "sponsorship"})
        livelihoods = columns("opportunity_response", hypothesis, uniforms)
        assert (livelihoods != 0.0).any() == (name in {"full", "opportunity"})
    assert columns("opportunity_response", load_hypothesis("opportunity"), uniforms).min() >= 0.0


@pytest.mark.parametrize("name", HYPOTHESES)
def test_hypothesis__says_what_would_tell_it_from_its_rivals(name):
    assert load_hypothesis(name).tells.endswith(".")


@given(low=st.floats(-2.0, 0.0), high=st.floats(0.1, 2.0))
def test_range__cuts_the_prior_and_keeps_its_order(low, high):
    header = 'title = "t"\nmeaning = "m"\n[restrictions]\n'
    text = f"{header}attack_response_harm = {{low={low}, high={high}}}"
    uniforms = np.full((50, len(build_model().parameters)), 0.5)
    uniforms[:] = np.linspace(0.01, 0.99, 50)[:, None]
    values = columns(
        "attack_response_harm", parse_hypothesis("cut", text, file="cut.toml"), uniforms
    )
    assert low <= values.min()
    assert values.max() <= high
    assert np.all(np.diff(values) >= 0.0)


def test_unknown_hypothesis__offers_the_nearest():
    with pytest.raises(ScenarioError, match="did you mean 'backlash'"):
        load_hypothesis("backlsh")


def test_unknown_parameter__is_named_with_its_key(uniforms):
    text = 'title = "t"\nmeaning = "m"\n[restrictions]\nattack_respons = 0.0'
    hypothesis = parse_hypothesis("mine", text, file="mine.toml")
    with pytest.raises(ScenarioError, match=r"restrictions\.attack_respons.*attack_response"):
        draw_parameters(build_model(), hypothesis, uniforms)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('title = "t"\nmeaning = "m"', "restrictions"),
        ('title = "t"\nmeaning = "m"\nnote = "n"\n[restrictions]', "note"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = "high"', "restrictions.a"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = {lo = 1}', "restrictions.a"),
    ],
)
def test_wrong_file__says_where(text, key):
    with pytest.raises(ScenarioError) as error:
        parse_hypothesis("mine", text, file="mine.toml")
    assert error.value.key == key


def test_range_that_misses_the_prior__is_an_error(uniforms):
    text = 'title = "t"\nmeaning = "m"\n[restrictions]\ncontact_rate = {high = -1.0}'
    with pytest.raises(ScenarioError, match="no value of the prior is left"):
        draw_parameters(build_model(), parse_hypothesis("mine", text, file="mine.toml"), uniforms)
