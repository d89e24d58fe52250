"""Studies of policies under rival hypotheses: designs, runs, results, comparisons."""

from tarazu.study.analysis.comparison import Comparison, compare, regret
from tarazu.study.analysis.marginal_effect import paired_differences, paired_draws
from tarazu.study.result import StudyResult, load_study_result
from tarazu.study.run import run_study
from tarazu.study.runner.run import Progress
from tarazu.study.setup.load import STUDIES, build_study, find_study, load_study, studies_of
from tarazu.study.setup.outcomes import OUTCOMES, Outcome
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
