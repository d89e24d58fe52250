import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.errors import ScenarioError
from tarazu.model import HYPOTHESES, build_model, draw_parameters, load_hypothesis
from tarazu.model.hypothesis import parse_hypothesis

RESPONSES = (
    "alienation_response",
    "recruits_per_killed",
    "recruits_per_detained",
    "recruits_per_disappeared",
    "absence_response",
    "retaliation",
    "retaliation_harm",
    "recruitment_response",
    "recruitment_response_harm",
)
"""What operations and their harm do beyond the men removed: backlash and deterrence differ."""
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
    for open_to_both in ("full", "sponsorship", "opportunity"):
        values = columns(name, load_hypothesis(open_to_both), uniforms)
        assert (values > 0.0).any()
        assert (values < 0.0).any()


@pytest.mark.parametrize(
    "name",
    [
        *RESPONSES,
        *sorted({*UNTESTED} - {"services_response", "redress_response"}),
        "scatter",
        "opportunity_response",
        "outbidding_response",
        "seeding_response",
        "splinter_response",
        "standing_response",
        "toll_response",
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
        for source in ("sponsored_share", "sponsored_arms"):
            paid = columns(source, load_hypothesis(name), uniforms).max() > 0.0
            assert paid == (name in {"full", "sponsorship"})
    assert columns("sponsored_share", load_hypothesis("sponsorship"), uniforms).min() >= 0.2
    assert columns("opportunity_response", load_hypothesis("opportunity"), uniforms).min() >= 0.5
    for name in set(HYPOTHESES) - {"opportunity"}:
        livelihoods = columns("opportunity_response", load_hypothesis(name), uniforms)
        assert livelihoods.min() < 0.0 < livelihoods.max()


def test_harm__a_disappearance_weighs_more_than_a_lawful_detention_and_as_much_as_a_death():
    uniforms = np.random.default_rng(2).uniform(1e-9, 1 - 1e-9, (4_000, 3))
    priors = [
        build_model().parameters[f"recruits_per_{kind}"].prior
        for kind in ("disappeared", "detained", "killed")
    ]
    missing, detained, killed = (
        np.abs(prior.quantile(uniforms[:, k])) for k, prior in enumerate(priors)
    )
    assert (missing > detained).mean() == pytest.approx(0.95, abs=0.02)
    assert (missing > killed).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("name", HYPOTHESES)
def test_hypothesis__says_what_would_tell_it_from_its_rivals(name):
    assert load_hypothesis(name).tells.endswith(".")


@given(low=st.floats(-2.0, 0.0), high=st.floats(0.1, 2.0))
def test_range__cuts_the_prior_and_keeps_its_order(low, high):
    header = 'title = "t"\nmeaning = "m"\n[restrictions]\n'
    text = f"{header}alienation_response = {{low={low}, high={high}}}"
    uniforms = np.full((50, len(build_model().parameters)), 0.5)
    uniforms[:] = np.linspace(0.01, 0.99, 50)[:, None]
    values = columns(
        "alienation_response", parse_hypothesis("cut", text, file="cut.toml"), uniforms
    )
    assert low <= values.min()
    assert values.max() <= high
    assert np.all(np.diff(values) >= 0.0)


def test_unknown_hypothesis__offers_the_nearest():
    with pytest.raises(ScenarioError, match="Did you mean 'backlash'"):
        load_hypothesis("backlsh")


def test_unknown_parameter__is_named_with_its_key(uniforms):
    text = 'title = "t"\nmeaning = "m"\n[restrictions]\nalienation_respons = 0.0'
    hypothesis = parse_hypothesis("mine", text, file="mine.toml")
    with pytest.raises(
        ScenarioError, match=r"restrictions\.alienation_respons.*alienation_response"
    ):
        draw_parameters(build_model(), hypothesis, uniforms)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('title = "t"\nmeaning = "m"', "restrictions"),
        ('title = "t"\nmeaning = "m"\nnote = "n"\n[restrictions]', "note"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = "high"', "restrictions.a"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = {lo = 1}', "restrictions.a.lo"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = {}', "restrictions.a"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = true', "restrictions.a"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = {low = "x"}', "restrictions.a.low"),
        ('title = "t"\nmeaning = "m"\n[restrictions]\na = {low = nan}', "restrictions.a.low"),
        ('title = "t"\nmeaning = "m"\nrestrictions = 3', "restrictions"),
        ('title = "t"\nmeaning = "m"\nrestrictions = [1]', "restrictions"),
        ('title = 3\nmeaning = "m"\n[restrictions]', "title"),
    ],
)
def test_wrong_file__says_where(text, key):
    with pytest.raises(ScenarioError) as error:
        parse_hypothesis("mine", text, file="mine.toml")
    assert error.value.key == key


def test_range_that_misses_the_prior__is_an_error(uniforms):
    text = 'title = "t"\nmeaning = "m"\n[restrictions]\ncooling_rate = {high = -1.0}'
    with pytest.raises(ScenarioError, match="no value of the prior is left"):
        draw_parameters(build_model(), parse_hypothesis("mine", text, file="mine.toml"), uniforms)


@pytest.mark.parametrize("value", [-1, -1e9, 1.1, 1e9])
def test_value_outside_the_prior__is_an_error(uniforms, value):
    text = f'title = "t"\nmeaning = "m"\n[restrictions]\nsympathisers_today = {value}'
    with pytest.raises(ScenarioError) as error:
        draw_parameters(build_model(), parse_hypothesis("mine", text, file="mine.toml"), uniforms)
    assert error.value.key == "restrictions.sympathisers_today"
    assert "a value from 0 to 1" in str(error.value)


def test_every_parameter__may_be_switched_off(uniforms):
    """0 is allowed for every parameter, also where its prior is above 0."""
    lines = "".join(f"{name} = 0\n" for name in build_model().parameters)
    text = f'title = "t"\nmeaning = "m"\n[restrictions]\n{lines}'
    values = draw_parameters(
        build_model(), parse_hypothesis("off", text, file="off.toml"), uniforms
    )
    assert not values.any()


def test_hypothesis__is_found_by_name_or_file(tmp_path):
    text = 'title = "Own"\nmeaning = "A test."\n[restrictions]\nsponsorship_rate = 0.5\n'
    (tmp_path / "own.toml").write_text(text)
    for path in (tmp_path / "own.toml", str(tmp_path / "own.toml")):
        assert load_hypothesis(path).restrictions["sponsorship_rate"].value == 0.5
    assert load_hypothesis("full").name == "full"
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_hypothesis(tmp_path / "absent.toml")


def test_hypothesis__of_a_wrong_type_names_the_value_and_what_is_accepted():
    with pytest.raises(TypeError, match=r"hypothesis is 3 \(int\); expected the name"):
        load_hypothesis(3)


def test_hypothesis__shows_itself_in_one_line_and_in_a_notebook():
    one = load_hypothesis("backlash")
    assert repr(one) == f"<Hypothesis 'backlash': {len(one.restrictions)} restrictions>"
    assert "<td>at least 0</td>" in one._repr_html_()


@pytest.mark.parametrize(("name", "kind"), [("surge", "policy"), ("demo", "study")])
def test_load_hypothesis__says_what_a_name_of_another_kind_is(name: str, kind: str) -> None:
    told = rf"'{name}' is a {kind}, not a hypothesis; expected one of full, backlash, "
    with pytest.raises(ScenarioError, match=told):
        load_hypothesis(name)
