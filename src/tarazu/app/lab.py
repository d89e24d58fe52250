"""Content of a lab: region, model, hypotheses and policies, and the model as JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import tarazu
from tarazu.core.files.cache import cache_dir
from tarazu.core.kernel_store import UntrustedFolderError, read_kernel, trusted_folder, write_kernel
from tarazu.core.provenance import collect_provenance, digest
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.mean_field.javascript import write_javascript
from tarazu.model import Hypothesis, Model, borrowed_priors, load_hypothesis
from tarazu.model.hypothesis import HYPOTHESES
from tarazu.model.quantities import Lever
from tarazu.policy import Policy, load_policy
from tarazu.policy.policy import POLICIES
from tarazu.region import Region
from tarazu.study.setup.load import find_model, find_region

TODAY: Final = "status-quo"
SEED: Final = 1
START: Final = date(2026, 1, 1)
"""First day of week 0, as in the demo's study; it moves no number by itself."""
OPEN: Final = (
    "operational_tempo",
    "discrimination_rules",
    "due_process",
    "local_revenue_share",
    "local_agency",
    "dialogue",
)
"""The levers that the first page shows without a click."""

NOT_POLICY: Final = frozenset({"importation", "operation_harm"})
"""Levers by which studies take a mechanism apart; nobody can decide them."""

_PACKAGE: Final = Path(tarazu.__file__).parent


@dataclass(frozen=True, eq=False)
class Lab:
    """Content of a lab.

    Attributes
    ----------
    policies : those to start from, today's practice first. hypotheses : by name, in a fixed order.
    version : of Tarazu. commit : of its source, "" where it is not known.
    """

    region: Region
    model: Model
    policies: Mapping[str, Policy]
    hypotheses: Mapping[str, Hypothesis]
    version: str
    commit: str

    @property
    def program(self) -> Program:
        """The compiled declaration."""
        return program_of(self.model)

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """Levers that a policy may move: those of the first page first, each with its range."""
        rest = [n for n in self.model.levers if n not in NOT_POLICY and n not in OPEN]
        names = [n for n in OPEN if n in self.model.levers] + rest
        return {name: self.model.levers[name] for name in names}

    @cached_property
    def divisions(self) -> Mapping[str, frozenset[str]]:
        """Slugs of districts by division, in the order of their names."""
        names = sorted({district.division for district in self.region.districts} - {""})
        return {
            name: frozenset(d.slug for d in self.region.districts if d.division == name)
            for name in names
        }

    @cached_property
    def model_digest(self) -> str:
        """Digest of what declares the model: its sources, its hypotheses and a mechanism added."""
        return digest("\0".join([self.model.digest, *_sources("model")]).encode())

    @cached_property
    def borrowed(self) -> str:
        """Sentences on priors that are those of Balochistan; "" for Balochistan."""
        return borrowed_priors(self.region)

    @property
    def key(self) -> str:
        """Short digests of model and region, as share links hold them."""
        return f"{self.model_digest[:8]}-{self.region.digest[:8]}"

    @cached_property
    def javascript(self) -> str:
        """The mean field as the text of an ES module; kept on disk, because writing it is slow."""
        return keep_text(
            "mean-field.js",
            self.written_from,
            lambda: write_javascript(self.program, len(self.region.slugs)),
        )

    @property
    def written_from(self) -> str:
        """Digest of all that `javascript` is written from."""
        parts = [self.model_digest, str(len(self.region.slugs)), *_sources("engine")]
        return digest("\0".join(parts).encode())


def keep_text(name: str, key: str, make: Callable[[], str]) -> str:
    """Return a text that takes seconds to make; kept on disk.

    Parameters
    ----------
    name : of the file, to which the key is added. key : digest of all that the text depends on.
    """
    stem, _, suffix = name.partition(".")
    try:
        file = trusted_folder(cache_dir() / "javascript") / f"{stem}-{key[:32]}.{suffix}"
    except (UntrustedFolderError, OSError):  # then it is made in every process
        return make()
    kept = read_kernel(file)
    if kept is None:
        kept = make().encode()
        write_kernel(file, kept)
    return kept.decode()


def load_lab(region: str | Path | Region | None = None, policies: Path | None = None) -> Lab:
    """Return the lab of a region.

    Parameters
    ----------
    region : a folder, or what `load_region` returns; the shipped region if None.
    policies : folder of policy files that are offered beside the shipped ones.

    Raises
    ------
    ScenarioError, ExceptionGroup
        A file in the folder is not a policy, or the region cannot be read.
    """
    found, model = find_region(region), find_model(None)
    own = [] if policies is None else sorted(policies.glob("*.toml"))
    names: list[str | Path] = [*POLICIES, *own]
    offered = [load_policy(name) for name in names]
    provenance = collect_provenance({})
    return Lab(
        found,
        model,
        {policy.name: policy for policy in offered},
        {name: load_hypothesis(name) for name in HYPOTHESES},
        provenance.tarazu,
        provenance.commit or "",
    )


def _sources(room: str) -> Iterator[str]:
    for file in sorted((_PACKAGE / room).rglob("*")):
        if file.suffix in (".py", ".toml"):
            yield file.read_text(encoding="utf-8")
