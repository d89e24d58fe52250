"""The same numbers without the lab: files, a shell line and lines of Python."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from tarazu.app.futures import STAGES
from tarazu.app.lab import SEED, TODAY, Lab
from tarazu.app.state import OWN, State, policy_of
from tarazu.policy import Policy


class Recipe(BaseModel):
    """How to get a scenario's numbers without the lab.

    Attributes
    ----------
    policy_file, policy_toml : name and content of a policy file; "" for a shipped policy.
    study_file, study_toml : of a study with today's practice and the policy.
    shell : runs the study. python : prints the change of attacks, as the page shows it.
    """

    policy_file: str
    policy_toml: str
    study_file: str
    study_toml: str
    shell: str
    python: str


def recipe_of(state: State, lab: Lab, members: int = STAGES[1]) -> Recipe:
    """Return the recipe of a checked state.

    Parameters
    ----------
    members : futures of the page: draws, each with one replicate.
    """
    policy = policy_of(state, lab)
    is_own = bool(state.levers)
    file = f"{OWN}.toml" if is_own else policy.file if policy.file.startswith("/") else ""
    named = file or policy.name
    study = "\n".join(_study(state, named, members)) + "\n"
    loaded = f'"{named}"'
    python = "\n".join(
        (
            "import tarazu as tz",
            f"run = dict(draws={members}, weeks={state.weeks}, seed={SEED})",
            f'policy = tz.simulate({loaded}, "{state.hypothesis}", **run)',
            f'today = tz.simulate("{TODAY}", "{state.hypothesis}", **run)',
            'change = (policy.attacks - today.attacks).sum("week")  # one per future',
            "print(change.median().item(), change.quantile([0.05, 0.95]).values)",
        )
    )
    return Recipe(
        policy_file=file if is_own else "",
        policy_toml=policy_toml(policy) if is_own else "",
        study_file="my-study.toml",
        study_toml=study,
        shell="tarazu run my-study.toml --out my-study",
        python=python + "\n",
    )


def _study(state: State, policy: str, members: int) -> Iterator[str]:
    yield 'title = "From the lab"'
    yield 'question = "How does this policy compare with today\'s practice?"'
    yield 'start = "today as assumed"'
    yield f"weeks = {state.weeks}"
    yield f"horizons = [{state.weeks}]"
    yield f"draws = {members}"
    yield "replicates = 1"
    yield f"seed = {SEED}"
    yield f'hypotheses = ["{state.hypothesis}"]'
    named = [TODAY] if policy == TODAY else [TODAY, policy]
    yield f"policies = [{', '.join(map(_quoted, named))}]"


def policy_toml(policy: Policy) -> str:
    """Return the policy file of a policy."""
    lines = [f"title = {_quoted(policy.title)}", f"meaning = {_quoted(policy.meaning)}"]
    for setting in policy.settings:
        lines += ["", "[[settings]]", f'lever = "{setting.lever}"', f"value = {setting.value!r}"]
        if setting.districts != "all":
            places = ", ".join(_quoted(name) for name in setting.districts)
            lines.append(f"districts = [{places}]")
        if setting.from_week:
            lines.append(f"from_week = {setting.from_week}")
        if setting.until_week is not None:
            lines.append(f"until_week = {setting.until_week}")
        for day in ("from_date", "until_date"):
            if getattr(setting, day) is not None:
                lines.append(f"{day} = {getattr(setting, day)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
