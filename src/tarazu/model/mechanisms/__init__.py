"""One mechanism a file: its parameters, its equation, one function that declares it."""

from collections.abc import Callable, Mapping

from tarazu.model.declaration import Model
from tarazu.model.mechanisms.attacks import attacks
from tarazu.model.mechanisms.development import development
from tarazu.model.mechanisms.grievance import grievance
from tarazu.model.mechanisms.harm_custody import harm_custody
from tarazu.model.mechanisms.mobilisation import mobilisation
from tarazu.model.mechanisms.operations import operations
from tarazu.model.mechanisms.politics import politics
from tarazu.model.mechanisms.relocation import relocation

MECHANISMS: Mapping[str, Callable[[Model], None]] = {
    "operations": operations,
    "harm_custody": harm_custody,
    "grievance": grievance,
    "mobilisation": mobilisation,
    "attacks": attacks,
    "relocation": relocation,
    "development": development,
    "politics": politics,
}
