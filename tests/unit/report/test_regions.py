"""What a brief states of a record of another region: nothing that was measured elsewhere."""

from dataclasses import replace
from types import SimpleNamespace

from tests.unit.cli.stubs import stub_finding

from tarazu.record import Record, load_record
from tarazu.report.annex.first_page import limits
from tarazu.report.annex.model_section import AUDITED, MODEL_LIMITS, model_limits
from tarazu.report.tables.record import rules_table

BORROWED = "Priors per capita are those of Balochistan, not of Slavia: attacks_today."


def record_of_slavia() -> Record:
    record = load_record()
    return replace(record, region=replace(record.region, name="slavia", title="Slavia"))


def study(borrowed: str) -> SimpleNamespace:
    return SimpleNamespace(borrowed_priors=borrowed)


def test_limits__of_another_region_have_no_measured_rate() -> None:
    record = record_of_slavia()
    findings = [stub_finding("retaliation", record), stub_finding("wake", record)]
    said = " ".join(limits(record, findings))
    assert "hand-read sample" not in said
    assert "How often this is right was not measured" in said
    assert said.count("were not measured for this record of Slavia") == 1
    assert rules_table(record) is None


def test_limits__of_balochistan_have_the_measured_precision() -> None:
    record = load_record()
    assert "hand-read sample" in " ".join(limits(record, []))
    assert rules_table(record) is not None


def test_limits__initiators_of_a_mapping_are_not_inferred() -> None:
    record = record_of_slavia()
    assert "inferred by rules" in " ".join(limits(record, []))
    mapped = replace(record, events=record.events.assign(initiator_rule="mapped_state"))
    said = " ".join(limits(mapped, []))
    assert "taken from the file, as its mapping states" in said
    assert "inferred by rules" not in said


def test_model_limits__borrowed_priors_stand_first_and_the_audit_is_not_theirs() -> None:
    assert model_limits([study("")]) == MODEL_LIMITS  # type: ignore[list-item]
    found = model_limits([study(BORROWED), study(BORROWED)])  # type: ignore[list-item]
    assert found[0] == BORROWED
    assert found.count(BORROWED) == 1
    assert AUDITED not in found
    assert len(found) == len(MODEL_LIMITS) + 1
