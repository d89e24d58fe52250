"""What the mechanism claims: stocks, mechanisms, levers and hypotheses. No random numbers."""

from tarazu.model.declaration import Model, ModelError
from tarazu.model.default import borrowed_priors, build_model
from tarazu.model.description import Description, describe
from tarazu.model.hypothesis import HYPOTHESES, Hypothesis, draw_parameters, load_hypothesis
from tarazu.model.quantities import Lever
from tarazu.model.user_model import load_model

__all__ = [
    "HYPOTHESES",
    "Description",
    "Hypothesis",
    "Lever",
    "Model",
    "ModelError",
    "borrowed_priors",
    "build_model",
    "describe",
    "draw_parameters",
    "load_hypothesis",
    "load_model",
]
