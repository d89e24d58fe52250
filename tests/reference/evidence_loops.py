"""Evidence kernels a second time: sums day by day, nothing cumulated, nothing shared."""

import numpy as np


def tally(sources, counts, own, near, period, windows, horizon):
    """Return days, observed, features and the clean district-days with events, as dictionaries."""
    n_sources, n_days, n_districts = sources.shape
    days, observed, features, events = {}, {}, {}, []
    for d in range(n_districts):
        for t in range(n_days):
            past = range(max(t - horizon, 0), t)
            if any(own[s, d] > 0 for s in past):
                condition = 1
            elif any(near[s, d] > 0 for s in past):
                condition = 2
            else:
                condition = 0
            feature = []
            for source in range(n_sources):
                for first, last in windows:
                    lags = range(first, last + 1)
                    total = sum(sources[source, t - lag, d] for lag in lags if lag <= t)
                    feature.append(total / len(lags))
            cell = (d, int(period[t]), condition)
            days[cell] = days.get(cell, 0) + 1
            observed[cell] = observed.get(cell, 0) + int(counts[t, d])
            features[cell] = features.get(cell, 0.0) + np.array(feature)
            if counts[t, d] > 0 and condition == 0:
                events.append((d, int(period[t]), int(counts[t, d]), feature))
    return days, observed, features, events


def log_likelihood(level, burst, cells, days, events, counts, features, exposure):
    """Poisson log-likelihood of background plus excitation, one expression for each sum."""
    ratio = np.exp(level[len(level) - features.shape[1] :])

    def background(place):
        return np.exp(level[place[:, :3]].sum(axis=1) + burst[place[:, 3]])

    explained = counts @ np.log(background(events) + features @ ratio)
    return explained - days @ background(cells) - exposure @ ratio


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
