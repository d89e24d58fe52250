"""Counts by day and week: the same as those of the panel, from every row of the record."""

from dataclasses import replace

import numpy as np
import pytest

from tarazu.evidence.daily_counts import tally_events, to_daily_counts
from tarazu.record import load_record


@pytest.fixture(scope="module")
def record():
    return load_record()


@pytest.mark.parametrize("step", ["day", "week"])
def test_tally_events__counts_what_the_panel_counts(record, step):
    panel = record.panel(step)
    steps, attacks, operations, n_dropped = tally_events(record, step)
    assert (steps == panel["time"].to_numpy().astype("datetime64[D]")).all()
    assert (attacks == panel["attacks"].to_numpy()).all()
    assert (operations == panel["operations"].to_numpy()).all()
    assert n_dropped == {
        f"not dated to the {step}": panel.attrs["n_dropped_imprecise"],
        "without district": panel.attrs["n_dropped_districtless"],
        "initiator unclear": int(panel["unclear"].sum()),
        "foreign states": int(panel["foreign_state"].sum()),
        "other actors": int(panel["other"].sum()),
    }


@pytest.mark.parametrize("step", ["day", "week"])
def test_tally_events__does_not_depend_on_rows_that_stand_for_several_events(record, step):
    events = record.events
    single = events.loc[events.index.repeat(events["count"])].assign(count=1)
    split = replace(record, events=single.reset_index(drop=True))
    *found, found_dropped = tally_events(split, step)
    *expected, expected_dropped = tally_events(record, step)
    assert all(map(np.array_equal, found, expected))
    assert found_dropped == expected_dropped


def test_to_daily_counts__accounts_for_every_event_and_year(record):
    counts = to_daily_counts(record)
    assert sum(counts.n_used.values()) + sum(counts.n_dropped.values()) == record.n_events
    first, last = record.start.year, record.end.year
    assert (np.unique(counts.calendar_year) == np.arange(first, last + 1)).all()
    assert len(counts.calendar_year) == (record.end - record.start).days + 1
