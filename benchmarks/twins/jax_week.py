"""The same passes with JAX: a scan over weeks, a batch of members, compiled by XLA for the CPU."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.twins.arrays import start_rows, week_function

jax.config.update("jax_enable_x64", True)

MOST_TOLLS = 8  # heavy-tailed tolls of one district and week that fixed shapes leave room for


def _stacked(x, names):
    """Return rows as one array (K, M, D); what is the same everywhere is spread out."""
    shape = x["population"].shape
    return jnp.stack([jnp.broadcast_to(x[name], shape) for name in names])


class JaxDraws:
    """JAX's own samplers; `random` is a list that holds the key, rows are put into `x`.

    Each sampler is a loop that XLA compiles wherever it is called, so the draws of a pass are
    stacked into one call, and those that wait for each other are steps of one scan.
    """

    def _key(self, random):
        random[0], key = jax.random.split(random[0])
        return key

    def happen(self, random, x, events):
        def rows(word, kind):
            return _stacked(x, [f"{word}_of_{event.name}" for event in kind])

        def put(kind, drawn):
            x.update(zip([event.name for event in kind], drawn, strict=True))

        tailed = [event for event in events if event.tail is not None]
        sized = [event for event in events if event.size is not None]
        plain = [event for event in events if event.tail is None and event.size is None]
        if plain:
            put(plain, self.poisson(random, rows("mean", plain)))
        if sized:
            mean = rows("mean", sized)
            size = jnp.where(mean > 0.0, rows("size", sized), 1.0)
            gamma = jax.random.gamma(self._key(random), size)
            put(sized, self.poisson(random, gamma * mean / size))
        if tailed:
            of = _stacked(x, [event.tail.of for event in tailed])
            words = [rows(word, tailed) for word in ("mean", "exponent", "largest")]
            put(tailed, self.tailed(random, of, *words))

    def poisson(self, random, mean):
        return jax.random.poisson(self._key(random), mean).astype(mean.dtype)

    def tailed(self, random, happened, mean, exponent, largest):
        cut = (1.0 + largest) ** -exponent
        expected = (1.0 - (1.0 + largest) * cut) / (exponent - 1.0) - largest * cut
        expected = expected / (1.0 - cut)
        u = jax.random.uniform(self._key(random), (MOST_TOLLS, *mean.shape))
        tolls = (1.0 - u * (1.0 - cut)) ** (-1.0 / exponent) - 1.0
        count = jnp.arange(MOST_TOLLS).reshape(-1, *(1 for _ in mean.shape))
        total = jnp.where(count < happened, tolls, 0.0).sum(axis=0)
        rate = mean * total / (jnp.maximum(happened, 1.0) * expected)
        return self.poisson(random, jnp.where(happened > 0.0, rate, 0.0))

    def shock(self, random, x, name, spread, kept, is_common):
        shape = x["population"].shape
        z = jax.random.normal(self._key(random), (shape[0], 1) if is_common else shape)
        chance = kept * x[f"chance_of_{name}"] + (1.0 - kept**2) ** 0.5 * z
        x[f"chance_of_{name}"] = chance
        x[name] = jnp.exp(spread * chance - 0.5 * spread**2)

    def leave(self, random, x, exits):
        """Draw who leaves each stock, then split them, all stocks' splits in one scan."""
        staying = _stacked(x, [f"staying_{one.stock}" for one in exits])
        hazard = _stacked(x, [f"hazard_of_{one.stock}" for one in exits])
        leaving = jax.random.binomial(self._key(random), staying, -jnp.expm1(-hazard))
        splits = []
        for s, one in enumerate(exits):
            x[f"leaving_{one.stock}"] = leaving[s]
            x[one.hazards[-1].name] = leaving[s]
            splits += [(s, k == 0, t.name) for k, t in enumerate(one.hazards[:-1])]
        if not splits:
            return
        stocks, firsts, names = zip(*splits, strict=True)
        share = _stacked(x, [f"h_{name}" for name in names])
        share = share / jnp.maximum(_stacked(x, [f"rest_of_{name}" for name in names]), 1e-300)

        def split(left, step):
            key, stock, first, share = step
            left = jnp.where(first, leaving[stock], left)
            drawn = jax.random.binomial(key, left, jnp.minimum(share, 1.0))
            return left - drawn, (drawn, left - drawn)

        keys = jax.random.split(self._key(random), len(splits))
        steps = keys, jnp.array(stocks), jnp.array(firsts), share
        _, (drawn, left) = jax.lax.scan(split, leaving[0], steps)
        for at, (stock, _, name) in enumerate(splits):
            x[name] = drawn[at]
            x[exits[stock].hazards[-1].name] = left[at]

    def settle(self, random, x, name, weights):
        degree = int((weights > 0.0).sum(axis=1).max())
        order = np.argsort(-weights, axis=1)[:, :degree]
        near = np.take_along_axis(weights, order, axis=1)
        parts = jnp.moveaxis(near * x[f"pull_of_{name}"][:, order], 2, 0)
        rest = jnp.cumsum(parts[::-1], axis=0)[::-1]
        share = jnp.minimum(parts / jnp.maximum(rest, 1e-300), 1.0)

        def send(left, step):
            going = jax.random.binomial(step[0], left, step[1])
            return left - going, going

        keys = jax.random.split(self._key(random), degree)
        left, going = jax.lax.scan(send, x[name], (keys, share))
        arrived = left
        for k in range(degree):
            arrived = arrived.at[:, order[:, k]].add(going[k])
        x[f"arrived_{name}"] = arrived


def make_run(week, parameters, inputs, districts):
    """Return a compiled function of a seed that gives national series (T, Q, M)."""
    advance = week_function(week, parameters, jnp, JaxDraws())
    rows = start_rows(week, inputs, jnp)
    advance.settings(rows)
    model, quantities = week.program.model, week.program.quantities
    carried = [*model.stocks]
    if week.mode == "stochastic":
        carried += [f"chance_of_{name}" for name in model.shocks]
    people = jnp.asarray(inputs.people_share)

    @partial(jax.jit, static_argnums=1)
    def run(seed, weeks):
        def step(carry, _):
            key, levels = carry
            random = [key]
            x = advance(dict(rows) | levels, districts.weights, random)
            national = jnp.stack(
                [
                    x[name] @ people if inputs.is_mean[q] else x[name].sum(axis=1)
                    for q, name in enumerate(quantities)
                ]
            )
            return (random[0], {name: x[name] for name in carried}), national

        first = (jax.random.key(seed), {name: rows[name] for name in carried})
        return jax.lax.scan(step, first, None, length=weeks)[1]

    return run
