"""Studies of policies under rival hypotheses: designs, runs, results, comparisons.

The names in `__all__` are imported when first used: to find a study needs no engine.
"""

from typing import TYPE_CHECKING

from tarazu.core import lazy_names

if TYPE_CHECKING:
    from tarazu.study.analysis.comparison import Comparison, compare, regret
    from tarazu.study.analysis.marginal_effect import paired_differences, paired_draws
    from tarazu.study.result import StudyResult, load_study_result
    from tarazu.study.run import run_study
    from tarazu.study.runner.run import Progress
    from tarazu.study.setup.load import build_study, load_study, studies_of
    from tarazu.study.setup.outcomes import OUTCOMES, Outcome
    from tarazu.study.setup.shipped import STUDIES, find_study
    from tarazu.study.setup.spec import Study, StudySpec
    from tarazu.study.simulation import simulate

__all__ = [
    "OUTCOMES",
    "STUDIES",
    "Comparison",
    "Outcome",
    "Progress",
    "Study",
    "StudyResult",
    "StudySpec",
    "build_study",
    "compare",
    "find_study",
    "load_study",
    "load_study_result",
    "paired_differences",
    "paired_draws",
    "regret",
    "run_study",
    "simulate",
    "studies_of",
]

_HOMES = {
    "OUTCOMES": "setup.outcomes",
    "STUDIES": "setup.shipped",
    "Comparison": "analysis.comparison",
    "Outcome": "setup.outcomes",
    "Progress": "runner.run",
    "Study": "setup.spec",
    "StudyResult": "result",
    "StudySpec": "setup.spec",
    "build_study": "setup.load",
    "compare": "analysis.comparison",
    "find_study": "setup.shipped",
    "load_study": "setup.load",
    "load_study_result": "result",
    "paired_differences": "analysis.marginal_effect",
    "paired_draws": "analysis.marginal_effect",
    "regret": "analysis.comparison",
    "run_study": "run",
    "simulate": "simulation",
    "studies_of": "setup.load",
}

__getattr__, __dir__ = lazy_names("tarazu.study", _HOMES)
