"""A file of one kind given for another is recognised, and the message says where it belongs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tarazu.claims import load_ledger
from tarazu.core.errors import ScenarioError
from tarazu.core.specs.kinds import KINDS
from tarazu.evidence.battery import load_battery
from tarazu.model import load_hypothesis
from tarazu.policy import load_policy
from tarazu.record.sources.mapped_csv import mapping_format
from tarazu.study import load_study

FILES = {
    "study": 'title = "T"\nquestion = "Q"\nweeks = 52\ndraws = 2\nhypotheses = ["full"]\n',
    "policy": 'title = "T"\nmeaning = "M"\n[[settings]]\nlever = "dialogue"\nvalue = 0.5\n',
    "hypothesis": 'title = "T"\nmeaning = "M"\n[restrictions]\nsponsored_share = 0.0\n',
    "claims": 'title = "T"\n[[claims]]\nid = "C1"\n',
    "mapping": 'name = "n"\ntitle = "T"\nlicence = "L"\n[columns]\ndate = "when"\n',
    "battery": 'estimators = ["wake"]\n',
}
LOADERS: dict[str, Callable[[Path], object]] = {
    "study": load_study,
    "policy": load_policy,
    "hypothesis": load_hypothesis,
    "claims": load_ledger,
    "mapping": mapping_format,
    "battery": load_battery,
}


@pytest.mark.parametrize("given", FILES)
@pytest.mark.parametrize("expected", LOADERS)
def test_kind__is_recognised_where_another_is_expected(
    given: str, expected: str, tmp_path: Path
) -> None:
    if given == expected:
        return
    path = tmp_path / "mine.toml"
    path.write_text(FILES[given])
    with pytest.raises(ScenarioError) as found:
        LOADERS[expected](path)
    message = str(found.value)
    assert f"is {KINDS[given].article}, not {KINDS[expected].article}" in message
    assert KINDS[given].use.format(file="mine.toml").split("{")[0] in message


def test_kind__a_slip_in_a_key_is_no_other_kind(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILES["policy"].replace("meaning", "meanning"))
    with pytest.raises(ExceptionGroup) as found:
        load_policy(path)
    assert "Did you mean 'meaning'?" in str(found.value.exceptions)
