"""The same passes with JAX: a scan over weeks, a batch of members, compiled by XLA for the CPU."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.twins.arrays import MOST_TOLLS, start_rows, week_function

jax.config.update("jax_enable_x64", True)


class JaxDraws:
    """JAX's own samplers; `luck` is a list that holds the key."""

    def _key(self, luck):
        luck[0], key = jax.random.split(luck[0])
        return key

    def poisson(self, luck, mean):
        return jax.random.poisson(self._key(luck), mean).astype(mean.dtype)

    def binomial(self, luck, n, p):
        return jax.random.binomial(self._key(luck), n, p)

    def negative_binomial(self, luck, mean, size):
        size = jnp.where(mean > 0.0, size, 1.0)
        rate = jax.random.gamma(self._key(luck), size) * mean / size
        return self.poisson(luck, rate)

    def tailed(self, luck, happened, mean, exponent, largest):
        cut = (1.0 + largest) ** -exponent
        expected = (1.0 - (1.0 + largest) * cut) / (exponent - 1.0) - largest * cut
        expected = expected / (1.0 - cut)
        u = jax.random.uniform(self._key(luck), (MOST_TOLLS, *mean.shape))
        tolls = (1.0 - u * (1.0 - cut)) ** (-1.0 / exponent) - 1.0
        count = jnp.arange(MOST_TOLLS)[:, None, None]
        total = jnp.where(count < happened, tolls, 0.0).sum(axis=0)
        rate = mean * total / (jnp.maximum(happened, 1.0) * expected)
        return self.poisson(luck, jnp.where(happened > 0.0, rate, 0.0))

    def settle(self, luck, moved, pull, weights):
        degree = int((np.asarray(weights) > 0.0).sum(axis=1).max())
        order = np.argsort(-np.asarray(weights), axis=1)[:, :degree]
        parts = jnp.take_along_axis(jnp.asarray(weights), order, axis=1) * pull[:, order]
        totals = parts.sum(axis=2)
        left, arrived = moved, jnp.zeros_like(moved)
        for k in range(degree):
            share = parts[:, :, k] / jnp.maximum(totals, 1e-300)
            going = jax.random.binomial(self._key(luck), left, jnp.minimum(share, 1.0))
            arrived = arrived.at[:, order[:, k]].add(going)
            left, totals = left - going, totals - parts[:, :, k]
        return arrived + left


def make_run(week, parameters, inputs, places):
    """Return a compiled function of a seed that gives national series (T, Q, M)."""
    advance = week_function(week, parameters, jnp, JaxDraws())
    rows = start_rows(week, inputs, jnp)
    advance.settings(rows)
    stocks, quantities = [*week.program.model.stocks], week.program.quantities
    people = jnp.asarray(inputs.people_share)

    @partial(jax.jit, static_argnums=1)
    def run(seed, weeks):
        def step(carry, _):
            key, levels = carry
            luck = [key]
            x = advance(dict(rows) | levels, places.weights, luck)
            national = jnp.stack(
                [
                    x[name] @ people if inputs.is_mean[q] else x[name].sum(axis=1)
                    for q, name in enumerate(quantities)
                ]
            )
            return (luck[0], {name: x[name] for name in stocks}), national

        first = (jax.random.key(seed), {name: rows[name] for name in stocks})
        return jax.lax.scan(step, first, None, length=weeks)[1]

    return run
