"""The toy model's mean-field week, written a second time by hand: plain Python, no symbols."""

import math


def toy_weeks(populations, weights, p, weeks):
    """Return levels after each week: (calm, active, gone, fear, memory) by district."""
    districts = range(len(populations))
    levels = [
        (n - p["initial_active"] * n, p["initial_active"] * n, 0.0, 0.0, 0.0) for n in populations
    ]
    history = []
    for _ in range(weeks):
        share = [active / max(calm + active, 1.0) for calm, active, *_ in levels]
        after, sent = [], []
        for d in districts:
            calm, active, gone, fear, memory = levels[d]
            raids = p["raid_rate"] * active
            killed = min(p["killed_per_raid"] * raids, calm)
            nearby = sum(weights[d][j] * share[j] for j in districts)
            joined = (calm - killed) * -math.expm1(-p["contact"] * (share[d] + nearby) / 2)
            out = p["recovery"] + p["travel"]
            leaving = active * -math.expm1(-out)
            calmed, travelled = (leaving * p[name] / out for name in ("recovery", "travel"))
            up, down = p["fear_up"] * raids, p["fading"]
            target = up / (up + down)
            after.append(
                [
                    calm - killed - joined + calmed,
                    active - leaving + joined,
                    gone + killed,
                    target + (fear - target) * math.exp(-up - down),
                    memory * math.exp(-p["fading"]) + raids,
                ]
            )
            sent.append(travelled)
        for d in districts:
            pull = [weights[d][j] * (1.0 + share[j]) for j in districts]
            for j in districts:
                after[j][1] += sent[d] * pull[j] / sum(pull)
        levels = [tuple(level) for level in after]
        history.append(levels)
    return history
