"""A small finding with every kind of figure, made by hand."""

from tarazu.evidence.finding import CANNOT_TELL, Check, FigureData, Finding, Variant

SOURCE = "UCDP GED, our classification"

FIGURES = (
    FigureData(
        kind="windows",
        title="Attacks around operations",
        x_label="days from the operation",
        y_label="attacks in the window",
        source=SOURCE,
        n="90 operations, 61 attacks",
        data={
            "day_from": [-28, -14, 1, 15],
            "day_to": [-15, -1, 14, 28],
            "attacks": [17, 22, 12, 10],
            "expected": [9.0, 9.3, 9.1, 9.4],
            "low": [4.0, 4.0, 4.0, 5.0],
            "high": [15.0, 15.0, 14.0, 15.0],
        },
    ),
    FigureData(
        kind="forest",
        title="The same estimate on other readings of the record",
        x_label="attacks per operation within six weeks",
        y_label="reading of the record (rows)",
        source=SOURCE,
        n="90 operations in the main reading",
        data={
            "variant": ["main", "without best = 0", "active years", "Islamist pairs only"],
            "estimate": [0.08, -0.02, 0.12, None],
            "low": [-0.2, -0.3, -0.2, None],
            "high": [0.41, 0.3, 0.5, None],
            "n": ["90", "71", "80", "6"],
            "verdict": [CANNOT_TELL] * 4,
        },
    ),
    FigureData(
        kind="kernel",
        title="Rate of attacks after an operation",
        x_label="days after the operation",
        y_label="rate ratio (1 = no change)",
        source=SOURCE,
        n="90 operations",
        data={
            "lag_from": [1, 8, 15, 29],
            "lag_to": [7, 14, 28, 42],
            "rate_ratio": [1.2, 1.1, 0.9, 1.0],
            "low": [0.6, 0.5, 0.5, 0.6],
            "high": [2.4, 2.2, 1.6, 1.7],
        },
    ),
    FigureData(
        kind="power",
        title="What could have been found",
        x_label="planted effect, attacks per operation",
        y_label="share of records in which it is found",
        source="500 simulated records an effect",
        n="500 simulated records an effect",
        data={
            "effect": [-0.5, 0.0, 0.5, 1.0],
            "power": [0.3, 0.04, 0.55, 0.86],
            "n_records": [500, 500, 500, 500],
        },
    ),
    FigureData(
        kind="residuals",
        title="Residuals of the fit",
        x_label="randomised residual (probability scale)",
        y_label="unit-days per bin",
        source=SOURCE,
        n="400 unit-days with an event",
        data={
            "bin": ["0–0.25", "0.25–0.5", "0.5–0.75", "0.75–1"],
            "count": [96, 104, 131, 99],
            "expected_low": [85.0, 85.0, 85.0, 85.0],
            "expected_high": [116.0, 116.0, 116.0, 116.0],
        },
    ),
    FigureData(
        kind="shares",
        title="Attacks by tactics, share by year",
        x_label="calendar year",
        y_label="share of attacks",
        source=SOURCE,
        n="40 attacks, 12 of them without a label",
        data={
            "year": [2010, 2010, 2010, 2011, 2011, 2011, 2012, 2012, 2012],
            "label": ["explosives", "armed assault", "unknown"] * 3,
            "count": [3, 2, 10, 8, 4, 2, 0, 0, 0],
            "changes": [2011.25, 2012.0],
            "changes_from": [2010.5, 2011.75],
            "changes_to": [2011.5, 2012.5],
            "changes_proven": [True, False],
        },
    ),
    FigureData(
        kind="survival",
        title="Deaths per event",
        x_label="deaths in one event, at least",
        y_label="share of events",
        source=SOURCE,
        n="120 events with a death",
        data={
            "deaths": [1, 2, 5, 12, 60],
            "share": [1.0, 0.6, 0.3, 0.1, 0.01],
            "power_law": [None, None, 0.3, 0.09, 0.009],
            "lognormal": [None, None, 0.3, 0.11, 0.006],
        },
    ),
    FigureData(
        kind="effects",
        title="Attacks by ring and window",
        x_label="attacks per operation",
        y_label="window",
        source="simulated",
        n="12 operations",
        data={
            "panel": ["same district", "same district", "next door"],
            "row": ["1-28 days after", "29-56 days after", "1-28 days after"],
            "estimate": [0.4, -0.1, 0.2],
            "low": [0.1, -0.3, -0.2],
            "high": [0.8, 0.2, 0.6],
            "n": [12, 12, 12],
            "verdict": ["more attacks", "the record cannot tell", "the record cannot tell"],
        },
    ),
    FigureData(
        kind="groups",
        title="Armed groups by year",
        x_label="calendar year",
        y_label="groups",
        source=SOURCE,
        n="58 events of 5 named groups",
        data={
            "year": [2010, 2011, 2012],
            "events": [4, 30, 24],
            "active": [2, 5, 4],
            "effective": [1.9, 3.1, 2.8],
            "thinned": [None, 3.2, 2.9],
            "low": [None, 2.7, 2.3],
            "high": [None, 3.7, 3.4],
            "entries": [0, 2, 0],
            "exits": [0, 1, 0],
        },
    ),
)


def weak_retaliation(figures: tuple[FigureData, ...] = FIGURES) -> Finding:
    """A finding that cannot tell, with one failed check."""
    return Finding(
        name="retaliation",
        question="Are security operations followed by more attacks than would have come anyway?",
        estimand="additional attacks per operation, in its district and the neighbours, six weeks",
        unit="attacks per operation",
        estimate=0.08,
        interval=(-0.2, 0.41),
        level=0.9,
        null="operations moved within 26 weeks in their district",
        p_value=0.62,
        verdict=CANNOT_TELL,
        sentence=(
            "The record cannot tell whether operations are followed by more attacks or by fewer: "
            "it is compatible with one attack fewer per five operations and with two more."
        ),
        n_used={"operations": 90, "attacks": 440},
        n_dropped={"imprecise dates": 29, "no district": 24},
        assumptions=("Within 26 weeks the dates of operations are exchangeable.",),
        caveats=(
            "Operations without deaths are not in the record.",
            "An effect that takes longer than six weeks is not seen.",
        ),
        diagnostics=(
            Check("residuals uniform", "KS p = 0.21", "p > 0.05", passed=True),
            Check("attacks before operations", "39 against 18", "inside chance", passed=False),
            Check("same-day pairs", "4", "few", passed=None),
        ),
        sensitivity=(
            Variant("without best = 0", -0.02, (-0.3, 0.3), 0.9, CANNOT_TELL, {"operations": 71}),
            Variant("active years", 0.12, (-0.2, 0.5), 0.5, CANNOT_TELL, {"operations": 80}),
            Variant("Islamist pairs only", None, None, None, CANNOT_TELL, {"operations": 6}),
        ),
        figures=figures,
        references=("Hawkes, A. G. (1971). Biometrika 58, 83-90.",),
        validation={"false_positive_rate": 0.046, "records": "500 simulated records"},
    )
