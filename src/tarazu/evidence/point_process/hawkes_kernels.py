"""The likelihood of a continuous-time exponential Hawkes process, by one pass over the events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.exponential import exp

_BLOCK = 512  # events whose sums stay in the nearest cache
_SMALL, _LARGE = 1e-100, 1e100  # a product of rates between them takes one factor more
# reassoc: sums over a block in vectors. Blocks and this: a fit of 10^6 events takes x0.23.
_OPTIONS = {"fastmath": {"contract", "nsz", "reassoc"}}


@kernel
def accumulate_hawkes(
    times: NDArray[np.float64],
    kinds: NDArray[np.int64],
    end: float,
    mu: NDArray[np.float64],
    eta: NDArray[np.float64],
    beta: float,
    gradient: NDArray[np.float64],
    hessian: NDArray[np.float64],
) -> float:
    """Log-likelihood of events on [0, end], with its gradient and Hessian.

    The intensity of kind i is mu_i + sum_j eta_ij sum_{t_n < t, kind j} beta exp(-beta (t - t_n)).
    Sums over the past, and those weighted by the elapsed time and by its square, follow by
    recursion from one event to the next, so that the cost is linear in N.

    times : (N,) sorted; kinds : (N,); mu : (K,), eta : (K, K).
    Parameters in order: of each receiver i its mu_i and row eta_i, last beta; P = K (K + 1) + 1.
    Writes gradient (P,), hessian (P, P). Returns the log-likelihood.
    """
    n_kinds = mu.shape[0]
    width = n_kinds + 1
    last = n_kinds * width
    past = np.zeros(n_kinds)
    waited = np.zeros(n_kinds)
    squared = np.zeros(n_kinds)
    slope = np.zeros(width)
    seen = np.zeros(n_kinds)
    gradient[:] = 0.0
    hessian[:] = 0.0
    total = 0.0
    before = 0.0
    for n in range(times.shape[0] + 1):
        now = times[n] if n < times.shape[0] else end
        gap = now - before
        keep = np.exp(-beta * gap)
        for j in range(n_kinds):
            squared[j] = keep * (squared[j] + gap * (2.0 * waited[j] + gap * past[j]))
            waited[j] = keep * (waited[j] + gap * past[j])
            past[j] = keep * past[j]
        if n == times.shape[0]:
            break
        before = now
        i = kinds[n]
        first = i * width
        rate = mu[i]
        by_beta = 0.0
        by_beta_twice = 0.0
        slope[0] = 1.0
        for j in range(n_kinds):
            slope[1 + j] = beta * past[j]
            rate += eta[i, j] * slope[1 + j]
            by_beta += eta[i, j] * (past[j] - beta * waited[j])
            by_beta_twice += eta[i, j] * (beta * squared[j] - 2.0 * waited[j])
        inverse = 1.0 / rate
        total += np.log(rate)
        relative = by_beta * inverse
        gradient[last] += relative
        hessian[last, last] += by_beta_twice * inverse - relative * relative
        for a in range(width):
            part = slope[a] * inverse
            gradient[first + a] += part
            hessian[first + a, last] -= part * relative
            for b in range(a + 1):
                hessian[first + a, first + b] -= part * slope[b] * inverse
        for j in range(n_kinds):
            hessian[first + 1 + j, last] += (past[j] - beta * waited[j]) * inverse
        past[i] += 1.0
        seen[i] += 1.0
    for i in range(n_kinds):
        first = i * width
        total -= mu[i] * end
        gradient[first] -= end
        for j in range(n_kinds):
            total -= eta[i, j] * (seen[j] - past[j])
            gradient[first + 1 + j] -= seen[j] - past[j]
            gradient[last] -= eta[i, j] * waited[j]
            hessian[first + 1 + j, last] -= waited[j]
            hessian[last, last] += eta[i, j] * squared[j]
    for a in range(last + 1):
        for b in range(a):
            if a == last:
                hessian[a, b] = hessian[b, a]
            else:
                hessian[b, a] = hessian[a, b]
    return total


@kernel(**_OPTIONS)
def accumulate_one_kind(
    times: NDArray[np.float64],
    end: float,
    mu: float,
    eta: float,
    beta: float,
    gradient: NDArray[np.float64],
    hessian: NDArray[np.float64],
) -> float:
    """Log-likelihood of events of one kind on [0, end]: `accumulate_hawkes` in blocks.

    The recursion runs event by event; exponentials before it and the terms of the derivatives after
    it run on whole vectors. Logarithms are taken of products of rates.

    times : (N,) sorted. Parameters in order: mu, eta, beta.
    Writes gradient (3,), hessian (3, 3). Returns the log-likelihood.
    """
    gaps, keeps, rates = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    pasts, waits, squares = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    past = waited = squared = 0.0
    g0 = g1 = g2 = h00 = h01 = h11 = h02 = h12 = h22 = 0.0
    total, product, before = 0.0, 1.0, 0.0
    n = times.shape[0]
    for first in range(0, n, _BLOCK):
        m = min(_BLOCK, n - first)
        gaps[0] = times[first] - before
        for k in range(1, m):
            gaps[k] = times[first + k] - times[first + k - 1]
        for k in range(m):
            keeps[k] = exp(-beta * gaps[k])
        before = times[first + m - 1]
        for k in range(m):
            gap, keep = gaps[k], keeps[k]
            squared = keep * (squared + gap * (2.0 * waited + gap * past))
            waited = keep * (waited + gap * past)
            past = keep * past
            pasts[k], waits[k], squares[k] = past, waited, squared
            past += 1.0
        for k in range(m):
            rate = mu + eta * beta * pasts[k]
            inverse = 1.0 / rate
            by_eta = beta * pasts[k] * inverse
            both = (pasts[k] - beta * waits[k]) * inverse
            by_beta = eta * both
            g0 += inverse
            g1 += by_eta
            g2 += by_beta
            h00 -= inverse * inverse
            h01 -= inverse * by_eta
            h11 -= by_eta * by_eta
            h02 -= inverse * by_beta
            h12 += both - by_eta * by_beta
            h22 += eta * (beta * squares[k] - 2.0 * waits[k]) * inverse - by_beta * by_beta
            rates[k] = rate
        for k in range(m):
            product *= rates[k]
            if product < _SMALL or product > _LARGE:
                total += np.log(product)
                product = 1.0
    total += np.log(product)
    gap = end - before
    keep = exp(-beta * gap)
    squared = keep * (squared + gap * (2.0 * waited + gap * past))
    waited = keep * (waited + gap * past)
    past = keep * past
    over = n - past
    gradient[0], gradient[1], gradient[2] = g0 - end, g1 - over, g2 - eta * waited
    hessian[0, 0], hessian[1, 1], hessian[2, 2] = h00, h11, h22 + eta * squared
    hessian[0, 1] = hessian[1, 0] = h01
    hessian[0, 2] = hessian[2, 0] = h02
    hessian[1, 2] = hessian[2, 1] = h12 - waited
    total -= mu * end + eta * over
    return float(total)
