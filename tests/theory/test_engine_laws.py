"""Laws with known answers, declared in Tarazu's own language: what is tested is the compiler."""

import numpy as np
import pytest
import sympy as sp
from tests.theory.test_engine_chain import contagion

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.engine import Districts, simulate
from tarazu.engine.mean_field.continuous_time import solve
from tarazu.model import Model
from tarazu.model.checks import checked

DRIFT = 1e-8  # of a conserved quantity, relative
LEVEL = 1e-4  # of a resting point in continuous time
PREVALENCE = 0.02  # of the stochastic mean in a large population
TOO_FEW = 1e-9  # people; keeps hazards finite where nobody is left


def here(people: float) -> Districts:
    return Districts(("here",), np.array([people]), np.zeros(1), np.zeros((1, 1)))


def nobody(levers: int = 0) -> np.ndarray:
    return np.zeros((levers, 1))


def rates(names: dict[str, str]) -> dict[str, Parameter]:
    return {
        name: Parameter(unit, LogNormal(0.1, 3), source=ASSUMED) for name, unit in names.items()
    }


def deitchman() -> Model:
    """Regulars fall to aimed fire, guerrillas to fire into an area: dB = -r R, dR = -b B R."""
    m = Model("deitchman")
    units = {"aimed": "1/week", "area": "1/persons/week", "regulars": "1", "guerrillas": "1"}
    p = m.declare(
        {
            n: Parameter(u, LogNormal(0.1, 9), source=Source("deitchman1962", "law"))
            for n, u in units.items()
        }
    )
    m.stock("fallen", "people", unit="persons", initial=None, meaning="out of action")
    for name, share in (("blue", p.regulars), ("red", p.guerrillas)):
        m.stock(name, "people", unit="persons", initial=share * m["population"], meaning=name)
    hit = p.aimed * m["red"] / sp.Max(m["blue"], TOO_FEW)
    m.transfer("blue_lost", "blue", "fallen", hazard=hit, meaning="aimed fire")
    m.transfer("red_lost", "red", "fallen", hazard=p.area * m["blue"], meaning="area fire")
    return checked(m)


AIMED, AREA, RED = 0.02, 1e-4, 30.0
PARITY = 109.5445  # sqrt(2 r R0 / b)


def battle(blue: float, until: float) -> tuple[np.ndarray, np.ndarray]:
    people = 1_000.0
    path = solve(
        deitchman(),
        np.array([AIMED, AREA, blue / people, RED / people]),
        nobody(),
        districts=here(people),
        times=np.linspace(0.0, until, 200),
        rtol=1e-12,
        atol=1e-12,
    )
    return path.of("blue")[:, 0], path.of("red")[:, 0]


def test_deitchman__quantity_is_conserved():
    blue, red = battle(150.0, 400.0)
    conserved = AREA / 2.0 * blue**2 - AIMED * red
    assert np.abs(conserved / conserved[0] - 1.0).max() < DRIFT
    assert red[-1] < 1.0 < blue[-1]


@pytest.mark.parametrize(("blue", "blue_wins"), [(PARITY + 0.01, True), (PARITY - 0.01, False)])
def test_deitchman__side_above_parity_wins(blue, blue_wins):
    # at the end the conserved quantity says who is left: b/2 B^2 of the regulars, or r R
    blue_left, red_left = battle(blue, 900.0)
    left = AREA / 2.0 * blue_left[-1] ** 2 - AIMED * red_left[-1]
    assert (left > 0.0) == blue_wins
    assert blue_left[-1] < 20.0  # close to parity both sides bleed white


def stalemate(*, informed: bool) -> Model:
    """Kress & Szechtman (2009): what force does not find hits people by luck, and recruits.

    dI/dt = -f P (mu + (1 - mu) i) + theta f P (1 - mu) (1 - i), i = I / P; intelligence mu is i
    where people inform on those they live among, else a constant.
    """
    m = Model("informed" if informed else "blind")
    units = {"force": "1/week", "backlash": "1", "intelligence": "1", "begin": "1"}
    p = m.declare(rates(units))
    m.stock("others", "people", unit="persons", initial=None, meaning="not insurgent")
    start = p.begin * m["population"]
    insurgents = m.stock(
        "insurgents", "people", unit="persons", initial=start, meaning="insurgents"
    )
    share = insurgents / m["population"]
    if informed:  # mu + (1 - mu) i = i (2 - i), divided by i
        hit, missed = p.force * (1 + sp.Max(1 - share, 0)), sp.Max(1 - share, 0)
    else:
        met = sp.Max(p.intelligence + (1 - p.intelligence) * share, 0)
        hit = p.force * met * m["population"] / sp.Max(insurgents, TOO_FEW)
        missed = sp.Max(1 - p.intelligence, 0)
    m.transfer("hit", "insurgents", "others", hazard=hit, meaning="found, or hit by luck")
    joining = p.backlash * p.force * missed
    m.transfer("joined", "others", "insurgents", hazard=joining, meaning="backlash")
    return checked(m)


def share_after(model: Model, mu: float, theta: float, begin: float, force: float = 0.02) -> float:
    path = solve(
        model,
        np.array([force, theta, mu, begin]),
        nobody(),
        districts=here(10_000.0),
        times=np.array([0.0, 40.0 / force]),
    )
    return float(path.of("insurgents")[-1, 0] / 10_000.0)


@pytest.mark.parametrize(
    ("theta", "level"), [(0.2, 0.087129), (0.5, 0.183503), (1.0, 0.292893), (2.0, 0.422650)]
)
@pytest.mark.parametrize("force", [0.01, 0.05])
def test_stalemate__rests_at_its_level_whatever_the_force(theta, level, force):
    m = stalemate(informed=True)
    for begin in (0.5 * level, 1.5 * level):  # from below it rises, from above it falls
        assert share_after(m, 0.1, theta, begin, force) == pytest.approx(level, abs=LEVEL)
        soon = solve(
            m,
            np.array([force, theta, 0.1, begin]),
            nobody(),
            districts=here(10_000.0),
            times=np.array([0.0, 0.1]),
        ).of("insurgents")[:, 0]
        assert np.sign(soon[1] - soon[0]) == np.sign(level - begin)


@pytest.mark.parametrize("theta", [0.5, 1.0])
def test_blind_force__eradicates_above_its_threshold_only(theta):
    m, threshold = stalemate(informed=False), theta / (1.0 + theta)
    mu = 0.8 * threshold
    level = 1.0 - 1.0 / ((1.0 + theta) * (1.0 - mu))
    assert share_after(m, mu, theta, 0.5 * level) == pytest.approx(level, abs=LEVEL)
    over = 1.05 * threshold
    soon = solve(
        m,
        np.array([0.02, theta, over, 1e-3]),
        nobody(),
        districts=here(10_000.0),
        times=np.array([0.0, 0.01]),
    ).of("insurgents")[:, 0]
    assert soon[1] < soon[0]


def test_stalemate__is_the_mean_of_the_stochastic_engine():
    theta, level, members = 1.0, 0.292893, 200
    run = simulate(
        stalemate(informed=True),
        np.array([5e-4, theta, 0.1, level]),
        np.zeros((0, 4_000, 1)),
        districts=here(4_000.0),
        seed=5,
        members=np.arange(members),
        weeks=4_000,
    )
    shares = run.series("insurgents")[:, -1] / 4_000.0
    error = shares.std(ddof=1) / np.sqrt(members)
    assert error < 1e-3  # else the assertion below would not see much
    assert abs(shares.mean() - level) < 2.0 * error


@pytest.mark.parametrize("r0", [1.25, 2.0, 4.0])
def test_contagion__prevalence_is_one_minus_one_over_r0(r0):
    recovery, weeks, people = 0.02, 1_500, 50_000.0
    parameters = np.array([r0 * recovery, recovery, 0.0, 0.1])
    path = solve(
        contagion(), parameters, nobody(), districts=here(people), times=np.array([0.0, 5_000.0])
    )
    assert path.of("active")[-1, 0] / people == pytest.approx(1.0 - 1.0 / r0, abs=LEVEL)
    run = simulate(
        contagion(),
        parameters,
        np.zeros((0, weeks, 1)),
        districts=here(people),
        seed=1,
        members=np.arange(20),
        weeks=weeks,
    )
    mean = run.series("active")[:, -1].mean() / people
    assert mean == pytest.approx(1.0 - 1.0 / r0, abs=PREVALENCE)


@pytest.mark.parametrize(("r0", "dies"), [(0.7, True), (1.0, True), (1.6, False)])
def test_contagion__dies_out_if_and_only_if_r0_is_at_most_one(r0, dies):
    recovery, weeks = 0.05, 5_000
    run = simulate(
        contagion(),
        np.array([r0 * recovery, recovery, 0.0, 0.1]),
        np.zeros((0, weeks, 1)),
        districts=here(1_000.0),
        seed=2,
        members=np.arange(40),
        weeks=weeks,
    )
    alive = (run.series("active")[:, -1] > 0.0).mean()
    assert alive == (0.0 if dies else 1.0)
