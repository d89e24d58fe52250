import re

import pytest

from tarazu.core.sources import ASSUMED, Source, bibliography


def test_bibliography__keys_are_sorted_surname_and_year():
    keys = list(bibliography())
    assert keys == sorted(keys)
    for key, work in bibliography().items():
        suffix = "" if work.year is None else str(work.year)
        assert re.fullmatch(rf"[a-z]+{suffix}", key), key


def test_bibliography__dois_are_well_formed_and_distinct():
    dois = [work.doi for work in bibliography().values() if work.doi is not None]
    assert all(re.fullmatch(r"10\.\d{4,5}/\S+", doi) for doi in dois)
    assert len({doi.lower() for doi in dois}) == len(dois)


def test_bibliography__is_read_only():
    with pytest.raises(TypeError):
        bibliography()["new"] = bibliography()["epstein2002"]  # type: ignore[index]


def test_source__unknown_key_names_the_nearest():
    with pytest.raises(ValueError, match=r"'bennet2008'.*Did you mean 'bennett2008'"):
        Source("bennet2008", "section 3.4")


def test_source__must_say_what_it_is_cited_for():
    with pytest.raises(ValueError, match="has no statement"):
        Source("bennett2008", "  ")


def test_source__finds_its_work():
    assert Source("bennett2008", "section 3.4").work.year == 2008


def test_assumed__is_not_a_work():
    assert ASSUMED.is_assumed
    with pytest.raises(ValueError, match="cites no work"):
        _ = ASSUMED.work


def test_source__judgement_may_give_its_own_reason():
    source = Source("assumed", "half a week of training, a guess")
    assert source.is_assumed
    assert str(source) == "assumed: half a week of training, a guess"


def test_cite__ends_with_the_doi():
    line = bibliography()["lyall2009"].cite()
    assert line.startswith("Lyall, J. (2009). Does indiscriminate")
    assert line.endswith("https://doi.org/10.1177/0022002708330881")
