"""Options with which no estimator takes long: for tests of what does not depend on them."""

FEW = {  # each differs from its default
    "retaliation": {"refits": 1, "moves": 9, "draws": 2},
    "wake": {"replicates": 9, "sensitivity_replicates": 9, "draws": 2},
    "displacement": {"moves": 2, "replicates": 9, "draws": 2},
    "dose": {"exchanges": 9, "moves": 9, "draws": 2, "imputations": 2},
    "near_repeat": {"replicates": 9, "sensitivity_replicates": 9, "draws": 2},
    "tactics": {"replicates": 19, "sensitivity_replicates": 19, "draws": 2},
    "severity": {"replicates": 9, "tail_replicates": 9, "draws": 2, "imputations": 2},
    "escalation": {"draws": 2},
    "reaction": {"moves": 9, "latency_moves": 9, "draws": 2},
    "groups": {"replicates": 9, "span_replicates": 9, "draws": 2},
}
