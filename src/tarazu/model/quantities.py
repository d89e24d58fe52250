"""What a model is made of: stocks, events, transfers, changes, levers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy as sp

StockKind = Literal["people", "share", "memory"]
Total = Literal["sum", "mean"]


@dataclass(frozen=True, slots=True)
class Stock:
    """Something that lasts from week to week in each district.

    Attributes
    ----------
    kind : ``people`` are conserved and whole in the stochastic engine; a ``share`` stays in
        [0, 1]; a ``memory`` is >= 0 and fades.
    unit : of the level.
    initial : level before week 0, from parameters and places; None for the one people stock that
        holds everybody who is not elsewhere.
    meaning : one line.
    stream_id : the name that its draws are addressed by, if not its own; see `Parameter`.
    """

    name: str
    kind: StockKind
    unit: str
    initial: sp.Expr | None
    meaning: str
    stream_id: str | None = None

    @property
    def total(self) -> Total:
        """How districts add up to a national value."""
        return "mean" if self.kind == "share" else "sum"


@dataclass(frozen=True, slots=True)
class Tail:
    """A heavy tail: each of the things that happened has its own toll, few of them a large one.

    Each brings a Poisson count whose rate is drawn from a Lomax distribution that is cut: with the
    rate in units of its scale, P(rate > x) ~ (1 + x) ** -exponent for x below `largest`. So the
    density of large tolls falls by the power exponent + 1.

    Attributes
    ----------
    of : name of the event that says how many happened.
    exponent : > 1, pure number.
    largest : > 0, pure number; no rate is more than this many times its scale.
    """

    of: str
    exponent: sp.Expr
    largest: sp.Expr


@dataclass(frozen=True, slots=True)
class Event:
    """A count drawn each week in each district.

    Attributes
    ----------
    unit : of the count; the expectation is in unit/week.
    mean : expected count a week.
    size : of a negative binomial, variance = mean + mean ** 2 / size; None for a Poisson.
    tail : of a heavy-tailed count with that mean; None for the others.
    stream_id : the name that its draws are addressed by, if not its own; see `Parameter`.
    """

    name: str
    unit: str
    mean: sp.Expr
    size: sp.Expr | None
    meaning: str
    tail: Tail | None = None
    stream_id: str | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """A level above 0 with mean 1 that nothing in the model moves: what comes and goes by itself.

    ln level = spread * z - spread ** 2 / 2; z is standard normal in every week, and keeps
    exp(-fade) of itself from week to week. The mean field holds the level at its mean.

    Attributes
    ----------
    is_common : whether all districts share one level; else each has its own.
    spread : standard deviation of ln level, >= 0, from parameters; 0 holds the level at 1.
    fade : 1/week, >= 0, from parameters.
    stream_id : the name that its draws are addressed by, if not its own; see `Parameter`.
    """

    name: str
    is_common: bool
    spread: sp.Expr
    fade: sp.Expr
    meaning: str
    stream_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """People who move from one stock to another; nobody is lost.

    Attributes
    ----------
    source, target : people stocks; the same one if they move between districts.
    hazard : 1/week, or None if `count` says how many.
    count : name of an event whose count moves (at most everybody there).
    attraction : weight >= 0 of a neighbouring district, times its neighbour weight; None if people
        stay in their district.
    stream_id : the name that its draws are addressed by, if not its own; see `Parameter`.
    """

    name: str
    source: str
    target: str
    hazard: sp.Expr | None
    count: str | None
    attraction: sp.Expr | None
    meaning: str
    stream_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What moves a share or a memory.

    Attributes
    ----------
    rise, fall : 1/week, of a share x: dx/dt = rise * (1 - x) - fall * x, solved over the week.
    push : 1/week of either sign, of a share: its positive part rises, its negative part falls.
    inflow : unit/week, of a memory; fall is then the hazard at which it fades.
    """

    stock: str
    rise: sp.Expr
    fall: sp.Expr
    push: sp.Expr
    inflow: sp.Expr
    meaning: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression of this week's quantities.

    Attributes
    ----------
    reported : whether runs write it down.
    total : how districts add up to a national value.
    """

    name: str
    unit: str
    expression: sp.Expr
    reported: bool
    total: Total
    meaning: str


@dataclass(frozen=True, slots=True)
class Lever:
    """What a policy sets, by week and district.

    Attributes
    ----------
    low, high : range; a policy outside it is an error.
    default : today's practice (status quo).
    moves : the stock that it is meant to move; a test holds it to that. None for one that no
        policy sets, only an experiment on the model.
    cost : of one unit of the lever, rupees a resident and week, >= 0; ASSUMED for every lever.
    """

    unit: str
    low: float
    high: float
    default: float
    moves: str | None
    meaning: str
    cost: float = 0.0

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high or self.low == self.high:
            msg = f"lever range {self.low:g} to {self.high:g} with default {self.default:g}"
            raise ValueError(msg)
        if not 0.0 <= self.cost < float("inf"):
            msg = f"lever cost {self.cost:g}; expected a finite number >= 0"
            raise ValueError(msg)
