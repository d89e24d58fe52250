"""All mechanisms, in the order in which the model declares and explains them."""

from collections.abc import Callable, Mapping

from tarazu.model.declaration import Model
from tarazu.model.mechanisms.alienation import alienation
from tarazu.model.mechanisms.attacks import attacks
from tarazu.model.mechanisms.campaigns import campaigns
from tarazu.model.mechanisms.contagion import contagion
from tarazu.model.mechanisms.custody import custody
from tarazu.model.mechanisms.development import development
from tarazu.model.mechanisms.dialogue import dialogue
from tarazu.model.mechanisms.economy import economy
from tarazu.model.mechanisms.factions import factions
from tarazu.model.mechanisms.forces import forces
from tarazu.model.mechanisms.harm import harm
from tarazu.model.mechanisms.intelligence import intelligence
from tarazu.model.mechanisms.kin import kin
from tarazu.model.mechanisms.lethality import lethality
from tarazu.model.mechanisms.memory import memory
from tarazu.model.mechanisms.operations import operations
from tarazu.model.mechanisms.place import place
from tarazu.model.mechanisms.politics import politics
from tarazu.model.mechanisms.recruitment import recruitment
from tarazu.model.mechanisms.relocation import relocation
from tarazu.model.mechanisms.sponsorship import sponsorship
from tarazu.model.mechanisms.targets import targets

MECHANISMS: Mapping[str, Callable[[Model], None]] = {
    "place": place,
    "intelligence": intelligence,
    "forces": forces,
    "operations": operations,
    "harm": harm,
    "custody": custody,
    "memory": memory,
    "kin": kin,
    "alienation": alienation,
    "contagion": contagion,
    "recruitment": recruitment,
    "campaigns": campaigns,
    "attacks": attacks,
    "targets": targets,
    "lethality": lethality,
    "relocation": relocation,
    "factions": factions,
    "economy": economy,
    "development": development,
    "politics": politics,
    "dialogue": dialogue,
    "sponsorship": sponsorship,
}
