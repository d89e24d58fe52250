"""Templates of the files that people write: commented TOML that loads and runs as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import fill
from typing import Final

STUDY: Final = """\
# A study: policies compared in the model. Run it with: tarazu run {file}
# Every key is described in docs/reference/files.md.

title = "My study"
question = "Does withdrawal cost fewer civilians than today's policy?"

# The first day, so that policies may name days.
start = 2027-01-01
# history = 2004-01-01  # runs begin here, and policies part at the start; without it, from today

# Weeks of every run, and the weeks over which outcomes are counted.
weeks = 260
horizons = [52, 260]

# Draws of the parameters, and runs with other chance per draw. 40 draws or more for results.
draws = 20
replicates = 2
seed = 1

# What may be true of the conflict. Shipped: {hypotheses};
# your own: the path of a file (tarazu hypothesis new).
hypotheses = ["full", "backlash", "deterrence"]

# What is compared: names of shipped policies, or the path of a file of your own (tarazu policy new)
# from the folder of this file. Shipped:
{policies}
policies = ["status-quo", "withdrawal"]
baseline = "status-quo"  # the policy that others are compared with

# In place of several policies: one lever at several values.
# [grid]
# lever = "operational_tempo"
# values = [0.0, 0.5, 1.0, 2.0]
"""

POLICY: Final = """\
# A policy: what is set otherwise than today. Name this file in the policies of a study
# (tarazu study new), or try it alone: tarazu model flip {file}
# Every key is described in docs/reference/files.md.

title = "Half the operations, lawful detention in Kech"
meaning = "Operations halve after a year; in Kech and Panjgur those taken are lawfully held."

# One [[settings]] per lever and time. Weeks count from the start of the study, 52 per year; where
# a study starts on a day, from_date = 2028-01-01 and until_date may stand for weeks.
[[settings]]
lever = "operational_tempo"
value = 0.5
from_week = 52  # until_week = 104 would end it

[[settings]]
lever = "due_process"
value = 0.8
districts = ["Kech", "Panjgur"]  # of your region, in any spelling; all districts if left out

# All levers: range, today's value in every district, meaning.
{levers}
"""

HYPOTHESIS: Final = """\
# A hypothesis: what is held to be true of the conflict, as limits of parameters. Name this file in
# the hypotheses of a study (tarazu study new).
# Every key is described in docs/reference/files.md.

title = "Raids neither deter nor provoke"
meaning = "Attacks do not respond to operations within weeks; all else may be as it may."
tells = "Attacks are as frequent after operations as before them."

# A number sets the parameter; a table cuts its prior: { low = 0.0 }, { high = 0.0 } or both.
[restrictions]
retaliation = 0.0
retaliation_harm = 0.0

# Parameters that the shipped hypotheses restrict: prior, unit. The sign of a response decides
# whether it inflames or calms. All parameters: tarazu model describe
{parameters}
"""

CLAIMS: Final = """\
# Claims, each with the rule that decides it, written before anything is run.
# Decide them with: tarazu claims --claims {file}
# Every key is described in docs/reference/files.md.

title = "My claims"

[[claims]]
id = "C1"
title = "Backlash"
sentence = "Operations raise attacks in the same district within six weeks."
rule = "The record decides: 'backlash' supports the claim, 'deterrence' contradicts it."
share = 0.9  # of draws in which it must hold in the model, to hold there

# The test on the record: an estimator and what its verdicts mean for the claim.
[claims.record]
finding = "retaliation"
supported_by = ["backlash"]
contradicted_by = ["deterrence"]
why = "It compares the weeks before and after operations on record."

# The experiment in the model: one extra sweep, against the same weeks without it. In its place:
# [claims.policies] compares policies of a study, [claims.loop] reproduction numbers,
# [claims.lasting] and [claims.no_exit] test whether violence ends.
[claims.paired]
study = "seventeen"
contrast = "sweep"
measure = "attacks"
zone = "here"
weeks = 12
holds = "above"
threshold = 0.0
"""


def study_template(file: str) -> str:
    """Return a study to edit."""
    from tarazu.model import HYPOTHESES
    from tarazu.policy import POLICIES

    return STUDY.format(
        file=file, hypotheses=", ".join(HYPOTHESES), policies=_comment(", ".join(POLICIES), 2)
    )


def policy_template(file: str) -> str:
    """Return a policy to edit, with all levers of the model in comments."""
    from tarazu.model import build_model

    levers = "\n".join(
        _comment(f"{n}: {v.low:g} to {v.high:g}, today {v.default:g}; {v.meaning}")
        for n, v in build_model().levers.items()
    )
    return POLICY.format(file=file, levers=levers)


def hypothesis_template(file: str) -> str:
    """Return a hypothesis to edit, with the parameters that hypotheses restrict in comments."""
    from tarazu.model import HYPOTHESES, build_model, load_hypothesis

    known = build_model().parameters
    names = dict.fromkeys(n for h in HYPOTHESES for n in load_hypothesis(h).restrictions)
    parameters = "\n".join(
        f"#   {name}: {known[name].prior.describe()}, {known[name].unit}" for name in names
    )
    return HYPOTHESIS.replace("{parameters}", parameters)


def claims_template(file: str) -> str:
    """Return a file of claims to edit."""
    return CLAIMS.format(file=file)


TEMPLATES: Final[Mapping[str, Callable[[str], str]]] = {
    "study": study_template,
    "policy": policy_template,
    "hypothesis": hypothesis_template,
    "claims": claims_template,
}
"""By kind of file; each takes the name of the file that its first lines mention."""


def _comment(text: str, indent: int = 4) -> str:
    """Return a text as a comment of several lines."""
    head = "#" + " " * (indent - 1)
    return fill(
        text, 98, initial_indent=head, subsequent_indent=f"{head}  ", break_on_hyphens=False
    )
