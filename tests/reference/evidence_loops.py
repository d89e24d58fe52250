"""Evidence kernels a second time: sums day by day, nothing cumulated, nothing shared."""

import numpy as np


def window_means(source, windows):
    """Return (T, D, W) the daily mean of a source over each lag window."""
    n_days, n_districts = source.shape
    means = np.zeros((n_days, n_districts, len(windows)))
    for t in range(n_days):
        for d in range(n_districts):
            for w, (first, last) in enumerate(windows):
                lags = range(first, last + 1)
                means[t, d, w] = sum(source[t - lag, d] for lag in lags if lag <= t) / len(lags)
    return means


def decayed_sum(source, decay):
    """Return (T, D) the past weighted by (1 - q) q^(k - 1) at lag k, q = exp(-decay)."""
    n_days, n_districts = source.shape
    q = np.exp(-decay)
    total = np.zeros((n_days, n_districts))
    for t in range(n_days):
        for d in range(n_districts):
            total[t, d] = sum((1 - q) * q ** (k - 1) * source[t - k, d] for k in range(1, t + 1))
    return total


def classes_and_dose(own, near, horizon, reach, share):
    """Return the class of each district-day and what the days before it hold next door."""
    n_days, n_districts = own.shape
    condition, dose = np.zeros((n_days, n_districts), dtype=int), np.zeros((n_days, n_districts))
    for d in range(n_districts):
        for t in range(n_days):
            past = range(max(t - horizon, 0), t)
            if any(own[s, d] > 0 for s in past):
                condition[t, d] = 1
            elif any(near[s, d] > 0 for s in past):
                condition[t, d] = 2
            elif any(own[s, d] > 0 for s in range(max(t - reach, 0), t)):
                condition[t, d] = 3
            elif any(own[s, d] > 0 for s in range(t + 1, min(t + reach + 1, n_days))):
                condition[t, d] = 4
            if any(near[s, d] > 0 for s in past):
                dose[t, d] = sum(share[s, d] for s in past)
    return condition, dose


def tally(features, counts, condition, fitted, period):
    """Return days, observed, features and the fitted district-days with events, as dictionaries."""
    n_days, n_districts = counts.shape
    days, observed, sums, events = {}, {}, {}, []
    for t in range(n_days):
        for d in range(n_districts):
            cell = (d, int(period[t]), int(condition[t, d]))
            days[cell] = days.get(cell, 0) + 1
            observed[cell] = observed.get(cell, 0) + int(counts[t, d])
            sums[cell] = sums.get(cell, 0.0) + features[t, d]
            if counts[t, d] > 0 and fitted[condition[t, d]]:
                events.append((d, int(period[t]), int(counts[t, d]), features[t, d]))
    return days, observed, sums, events


def additive_log_likelihood(local, border, cells, days, events, counts, features, exposure):
    """Poisson log-likelihood of background plus excitation, one expression for each sum."""
    ratio = np.exp(border[len(border) - features.shape[1] :])
    explained = counts @ np.log(_background(local, border, events) + features @ ratio)
    return explained - days @ _background(local, border, cells) - exposure @ ratio


def loglinear_log_likelihood(local, border, rows, days, counts, features):
    """Poisson log-likelihood of exp(background + coefficients times features)."""
    coefficients = border[len(border) - features.shape[1] :]
    rate = _background(local, border, rows) * np.exp(features @ coefficients)
    return counts @ np.log(rate) - days @ rate


def _background(local, border, place):
    d, e, *rest = place.T
    return np.exp(border[d] + sum(local[e, a] for a in rest))


def window_counts(counts, operations, lags):
    """Events in each window around each operation, found day by day."""
    n_days, n_districts = counts.shape
    totals = []
    for first, last in lags:
        total = 0
        for t in range(n_days):
            for d in range(n_districts):
                for day in range(t + first, t + last + 1):
                    if 0 <= day < n_days:
                        total += int(operations[t, d]) * int(counts[day, d])
        totals.append(total)
    return totals
