"""Rules: which one fires, and what is said about a file of rules that is wrong."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tarazu.core.errors import ScenarioError
from tarazu.core.tables.columns import Columns, RowOrigin
from tarazu.record.coding.classification import classify
from tarazu.record.coding.rules import SHIPPED_RULES, read_rules
from tarazu.record.source_table import SourceTable

RULES = read_rules()


def coded(
    *,
    violence: int = 1,
    government: str = "home",
    group: str = "BLA",
    deaths: tuple[int, int, int, int] = (0, 0, 0, 0),
    text: str = "",
    source: str = "",
    year: int = 2010,
    country: str = "Pakistan",
) -> pd.DataFrame:
    """Classify one event; deaths are of state, militants, civilians, unknown."""
    state, militant, civilian, unknown = (np.array([n]) for n in deaths)
    blank, one, yes = np.array([""], dtype=object), np.array([1]), np.array([True])
    events = SourceTable(
        columns=Columns(RowOrigin.of_file(Path("t.csv"), 1, lambda: [2]), {}),
        event_id=blank,
        first_day=np.array([f"{year}-03-05"], dtype="datetime64[D]"),
        date_precision=one,
        district_name=blank,
        place_name=blank,
        location_precision=one,
        lon=np.array([62.9]),
        lat=np.array([26.1]),
        active_year=yes,
        zero_best=~yes,
        count=one,
        violence=np.array([violence]),
        government=np.array([government], dtype=object),
        group=np.array([group], dtype=object),
        deaths_state=state,
        deaths_militant=militant,
        deaths_civilian=civilian,
        deaths_unknown=unknown,
        text=np.array([text], dtype=object),
        source=np.array([source], dtype=object),
        codes={"country": np.array([country], dtype=object)},
    )
    return classify(events, RULES)


@pytest.mark.parametrize(
    ("event", "initiator", "rule"),
    [
        ({"violence": 2, "government": "none", "deaths": (0, 0, 0, 9)}, "other", "non_state"),
        ({"violence": 3, "deaths": (0, 0, 9, 0)}, "state", "one_sided_by_state"),
        (
            {"violence": 3, "government": "none", "deaths": (0, 0, 9, 0)},
            "militant",
            "one_sided_by_group",
        ),
        ({"source": "BRA website"}, "militant", "claim_on_group_site"),
        ({"source": "balochvoice.com 1/7"}, "unclear", "group_site_without_deaths"),
        ({"deaths": (2, 0, 0, 0), "source": "balochvoice.com"}, "militant", "state_deaths_only"),
        ({"deaths": (0, 0, 3, 0)}, "unclear", "civilian_deaths_in_state_dyad"),
        (
            {"deaths": (0, 0, 3, 0), "text": "Bomb kills three"},
            "unclear",
            "civilian_deaths_in_state_dyad",
        ),
        ({"deaths": (3, 9, 0, 0), "text": "Suicide bombing at post"}, "militant", "suicide"),
        ({"deaths": (0, 4, 0, 0)}, "state", "militant_deaths_only"),
        ({"deaths": (0, 4, 0, 0), "text": "Gunmen storm base"}, "militant", "attackers_died"),
        (
            {"deaths": (0, 1, 9, 0), "text": "Blast rips through market"},
            "militant",
            "bomb_among_civilians",
        ),
        ({"deaths": (2, 0, 0, 0)}, "militant", "state_deaths_only"),
        (
            {"deaths": (2, 0, 0, 0), "text": "Two soldiers die in clash"},
            "unclear",
            "state_deaths_in_clash",
        ),
        ({"deaths": (2, 1, 0, 0), "text": "Ambush"}, "militant", "both_died_attack_words"),
        (
            {"deaths": (1, 2, 0, 0), "text": "Troops kill two in search operation"},
            "state",
            "both_died_operation_words",
        ),
        ({"deaths": (1, 3, 0, 0)}, "state", "both_died_mostly_militants"),
        ({"deaths": (2, 1, 0, 0)}, "militant", "both_died_mostly_state"),
        ({"deaths": (2, 2, 0, 0)}, "unclear", "both_died"),
        ({"deaths": (0, 0, 0, 3), "text": "Rocket hits camp"}, "militant", "attack_words_only"),
        ({"text": "Army kills three"}, "state", "operation_words_only"),
        ({"deaths": (0, 0, 0, 3)}, "unclear", "no_pattern"),
    ],
)
def test_classify__names_the_initiator_and_the_rule(
    event: dict[str, object], initiator: str, rule: str
) -> None:
    result = coded(**event)  # type: ignore[arg-type]
    assert (result["initiator"][0], result["initiator_rule"][0]) == (initiator, rule)


QAIDA = {"government": "foreign", "group": "al-Qaida"}


@pytest.mark.parametrize(
    ("event", "initiator", "rule"),
    [
        ({"violence": 3, "deaths": (0, 0, 9, 0)}, "foreign_state", "one_sided_by_foreign_state"),
        ({"deaths": (0, 2, 0, 0), "text": "US drone kills two"}, "foreign_state", "foreign_strike"),
        ({"deaths": (0, 0, 2, 3), "text": "Missiles hit house"}, "foreign_state", "foreign_strike"),
        (
            {"group": "Jondullah", "deaths": (0, 0, 1, 0), "text": "Iranian mortar attack"},
            "foreign_state",
            "foreign_strike",
        ),
        (
            {"deaths": (0, 9, 0, 0), "text": "Nine killed in Pakistan army air strikes"},
            "state",
            "foreign_dyad_home_force",
        ),
        ({"deaths": (0, 0, 0, 4)}, "foreign_state", "strikes_since_2008"),
        ({"deaths": (0, 0, 0, 4), "country": "Yemen"}, "other", "foreign_dyad"),
        ({"deaths": (0, 0, 0, 4), "group": "Jondullah"}, "other", "foreign_dyad"),
        ({"deaths": (0, 4, 0, 0), "year": 2007}, "unclear", "before_strikes"),
        ({"deaths": (4, 0, 0, 0), "year": 2007}, "militant", "before_strikes_state_died"),
        ({"deaths": (4, 4, 0, 0), "year": 2007}, "unclear", "before_strikes"),
        ({"year": 2007, "text": "Ambush"}, "militant", "before_strikes_attack_words"),
        ({"year": 2007, "text": "Army kills two"}, "state", "before_strikes_operation_words"),
        (
            {"deaths": (0, 4, 0, 0), "year": 2007, "text": "Drone kills four"},
            "foreign_state",
            "foreign_strike",
        ),
        (
            {"deaths": (0, 4, 0, 0), "year": 2003, "country": "Yemen"},
            "foreign_state",
            "foreign_dyad_militants_died",
        ),
        (
            {"deaths": (0, 0, 0, 4), "country": "Yemen", "text": "Warplanes bomb camp"},
            "foreign_state",
            "foreign_air",
        ),
        (
            {"deaths": (3, 0, 0, 0), "text": "Gunmen ambush patrol"},
            "militant",
            "foreign_dyad_attacked",
        ),
        ({"deaths": (3, 0, 0, 0)}, "other", "foreign_dyad"),
    ],
)
def test_classify__tells_strikes_of_a_foreign_state_from_what_else_its_dyads_hold(
    event: dict[str, object], initiator: str, rule: str
) -> None:
    result = coded(**{**QAIDA, **event})  # type: ignore[arg-type]
    assert (result["initiator"][0], result["initiator_rule"][0]) == (initiator, rule)


@pytest.mark.parametrize(
    ("deaths", "text", "initiator", "rule"),
    [
        ((0, 0, 0, 2), "Warplanes bomb village, two killed", "state", "air_or_guns_of_state"),
        ((0, 4, 0, 0), "Air strikes on rebel base kill 4", "state", "air_or_guns_of_state"),
        ((0, 0, 3, 0), "Helicopters attack hideouts", "state", "air_or_guns_of_state"),
        ((0, 0, 1, 0), "Woman dies in security forces' shelling", "state", "air_or_guns_of_state"),
        ((0, 0, 0, 9), "Army pounds hideouts", "state", "air_or_guns_of_state"),
        ((0, 0, 0, 3), "Shelling kills three", "unclear", "no_pattern"),
        ((0, 0, 0, 3), "Militants' shelling kills three", "militant", "attack_words_only"),
        ((0, 0, 0, 3), "Drone drops bomb on post", "militant", "attack_words_only"),
        ((1, 2, 0, 0), "Gunship shelling kills two", "state", "both_died_air_words"),
        ((2, 0, 0, 0), "Jets pound hideouts after blast", "militant", "state_deaths_only"),
        ((0, 5, 0, 0), "Troops repel rebels' attack on town", "militant", "repelled_by_state"),
        ((0, 5, 0, 0), "Attack on post repulsed, 5 killed", "militant", "repelled_by_state"),
        ((0, 2, 0, 0), "Police thwart militant attack on station", "militant", "repelled_by_state"),
        ((3, 0, 0, 0), "Rebels repel army offensive", "state", "repelled_by_group"),
        ((3, 0, 0, 0), "Army attack repelled by rebels", "state", "repelled_by_group"),
        ((0, 2, 0, 0), "Police foil terror plot", "unclear", "foiled"),
    ],
)
def test_classify__tells_who_struck_from_the_air_with_guns_or_was_repelled(
    deaths: tuple[int, int, int, int], text: str, initiator: str, rule: str
) -> None:
    result = coded(deaths=deaths, text=text)
    assert (result["initiator"][0], result["initiator_rule"][0]) == (initiator, rule)


def test_classify__reads_shelling_as_a_tactic() -> None:
    assert coded(deaths=(2, 0, 0, 0), text="Shelling of post")["tactic"][0] == (
        "rocket_mortar_grenade"
    )


@pytest.mark.parametrize(
    ("text", "tactic"),
    [("US drone", "air_strike"), ("Iranian mortar attack", "rocket_mortar_grenade")],
)
def test_classify__gives_strikes_of_foreign_states_tactic_and_target(
    text: str, tactic: str
) -> None:
    result = coded(government="foreign", deaths=(0, 2, 0, 0), text=text)
    assert (result["tactic"][0], result["target"][0]) == (tactic, "militants")


@pytest.mark.parametrize(
    ("text", "tactic", "target"),
    [
        ("", "unclear", "security_forces"),
        ("Gunmen ambush patrol", "armed_assault", "security_forces"),
        ("Roadside bomb", "bomb_ied", "security_forces"),
        ("Grenade thrown", "rocket_mortar_grenade", "security_forces"),
        ("Body found after kidnapping", "abduction_execution", "security_forces"),
    ],
)
def test_classify__reads_the_tactic_from_words(text: str, tactic: str, target: str) -> None:
    result = coded(deaths=(2, 0, 0, 0), text=text)
    assert (result["tactic"][0], result["target"][0]) == (tactic, target)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Gunmen kill seven pilgrims", "sectarian_religious"),
        ("Blast at election office", "government_political"),
        ("Coal miners shot dead", "mining_construction_workers"),
        ("Bomb on passenger train", "rail"),
        ("Bus attacked", "road_bus"),
        ("Three shot dead", "civilians"),
    ],
)
def test_classify__reads_the_target_of_one_sided_violence_from_words(
    text: str, target: str
) -> None:
    result = coded(violence=3, government="none", deaths=(0, 0, 3, 0), text=text)
    assert result["target"][0] == target


@pytest.mark.parametrize(
    ("group", "movement"),
    [("BLA", "baloch"), ("BRAS", "baloch"), ("TTP", "islamist"), ("Jondullah", "other"), ("", "")],
)
def test_classify__puts_groups_into_movements(group: str, movement: str) -> None:
    assert coded(group=group)["movement"][0] == movement


def test_rules__have_a_digest_that_ignores_comments_and_sees_words(tmp_path: Path) -> None:
    text = SHIPPED_RULES.read_text(encoding="utf-8")
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    same.write_text("# another comment\n" + text, encoding="utf-8")
    other.write_text(text.replace("militant_per_state = 3.0", "militant_per_state = 4.0"))
    assert read_rules(same).digest == RULES.digest
    assert read_rules(other).digest != RULES.digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("home_governments", "home_goverments", "home_governments"),
        ("militant_per_state = 3.0", "militants_per_state = 3.0", "militant_per_state"),
        ('words = ["stormed"]', 'words = ["storms"]', "unknown word set storms"),
        ('site = ["bra_site"]', 'site = ["bla_site"]', "unknown site bla_site"),
        ('initiator = "state"', 'initiator = "army"', "initiator"),
        ('name = "suicide"', 'name = "both_died"', "two initiator rules have one name"),
        ("'baloch ?voice'", "'baloch ?(voice'", "not a regular expression"),
        ("'baloch ?voice'", "'baloch ?[[voice]'", "can be read in two ways"),
        ("violence = [2]", 'initiator = ["state"]', "decided later"),
        ("bus = [", "bus = []\nbuses = [", "words.bus is empty"),
    ],
)
def test_read_rules__says_what_is_wrong_with_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = SHIPPED_RULES.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((ScenarioError, ExceptionGroup)) as caught:
        read_rules(path)
    error = caught.value
    problems = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    assert any(message in str(problem) for problem in problems)
    assert all(isinstance(p, ScenarioError) and p.file == path for p in problems)


def test_read_rules__wants_a_last_rule_that_always_holds(tmp_path: Path) -> None:
    text = SHIPPED_RULES.read_text(encoding="utf-8")
    path = tmp_path / "rules.toml"
    last = '[[target]]\nname = "not_known"\ntarget = "unclear"\n'
    assert last in text
    path.write_text(text.replace(last, ""), encoding="utf-8")
    with pytest.raises(ScenarioError, match="the last target rule needs no conditions"):
        read_rules(path)
