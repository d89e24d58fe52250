"""The page: no empty box, no crash, no name of the program, one number for one thing."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.report.brief.made import DRAWS, LONG, named, retaliation, study, text_of

from tarazu.claims import load_ledger, weigh_claims
from tarazu.evidence.battery import assess
from tarazu.evidence.error_rates import SIZE
from tarazu.evidence.failure import Failure
from tarazu.evidence.finding import Finding
from tarazu.record import Record, load_record
from tarazu.report import write_brief
from tarazu.report.brief.record_panels import map_panel
from tarazu.study import StudyResult

RECORD = load_record()
MOST_BYTES = 600_000
EITHER = np.where(np.arange(DRAWS) % 2 == 0, -5.0, 5.0)
FALL = np.full(DRAWS, -5.0)
NO_OPERATION = replace(RECORD, events=RECORD.events[RECORD.events["initiator"] != "state"])
EMPTY = replace(RECORD, events=RECORD.events.iloc[:0])
TINY = replace(RECORD, events=RECORD.events.iloc[:3])
NO_TILES = replace(RECORD, region=replace(RECORD.region, tiles=()))
SILENT = replace(RECORD, events=RECORD.events.assign(district=None))
TALKS = study(
    {"surge": EITHER, "mine": FALL}, titles={"mine": LONG}, districts={"mine": ("Kech", "Awaran")}
)
WORLDS: dict[str, tuple[Record, list[Finding], list[StudyResult]]] = {
    "all": (RECORD, [retaliation()], [TALKS]),
    "record alone": (RECORD, [], []),
    "evidence": (RECORD, [retaliation(), named("dose", "attacks fall with dose", 0.001)], []),
    "study alone": (RECORD, [], [study({"surge": FALL, "withdrawal": EITHER})]),
    "one policy": (RECORD, [], [study({})]),
    "one lever": (RECORD, [], [study({"tempo = 4": FALL}, grid="operational_tempo")]),
    "many policies": (RECORD, [], [study({f"p{i}": EITHER for i in range(9)})]),
    "no operation": (NO_OPERATION, [retaliation(None, None, p_value=None)], [TALKS]),
    "no event": (EMPTY, [], [TALKS]),
    "no event and no study": (EMPTY, [], []),
    "three events": (TINY, [retaliation(None, None, p_value=None)], []),
    "no map": (NO_TILES, [retaliation()], []),
    "all districts silent": (SILENT, [retaliation()], []),
}


def _write(folder: Path, world: str, **options: object) -> str:
    record, findings, studies = WORLDS[world]
    path = write_brief(record, findings, folder / "brief.html", studies=studies, **options)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=list(WORLDS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _write(tmp_path_factory.mktemp("page"), request.param, annex="annex.html")


def _visible(page: str) -> str:
    """Text without the foot, which has digests, dates and citations of others."""
    return text_of(page.split("<footer>")[0])


def test_page__is_small_and_has_no_script(page: str) -> None:
    assert len(page.encode()) < MOST_BYTES
    assert "<script" not in page
    assert "url(" not in page


def test_page__has_no_empty_box(page: str) -> None:
    """Each panel has a title and, but for a title that says that all is empty, something in it."""
    for panel in re.findall(r'<section id="(\w+)".*?</section>', page, re.DOTALL):
        content = page.split(f'<section id="{panel}"')[1].split("</section>")[0]
        title = re.search(r"<h2[^>]*>(.*?)</h2>", content)
        assert title is not None
        assert title[1].strip()
        rest = re.sub(r"<[^>]*>", "", content.split("</h2>")[1]).strip()
        assert rest or panel == "quality", panel
    assert "<ul>\n</ul>" not in page
    assert "<svg" not in page or 'viewBox="0 0' in page


def test_page__has_one_heading_and_ids_of_their_own(page: str) -> None:
    assert page.count("<h1>") == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)


def test_page__has_no_name_of_the_program_no_greek_and_no_p_value(page: str) -> None:
    text = _visible(page)
    assert not re.search(r"[a-z]+_[a-z_]+", text)
    assert not re.search(r"[\u0370-\u03ff]", text)
    assert not re.search(r"\bp\s?[=<]|p-value|Holm|nan\b|\bNone\b", text)


def test_page__has_minus_signs_of_one_form(page: str) -> None:
    assert not re.search(r"(?<![\w\d])-\d", _visible(page))


def test_page__has_intervals_of_one_level(page: str) -> None:
    assert "95% interval" not in page
    assert set(re.findall(r"(\d+)% interval", _visible(page))) <= {"90"}


def test_page__says_of_each_picture_what_it_shows(page: str) -> None:
    for panel in ("years", "around", "seen", "map"):
        if f'<section id="{panel}"' not in page or "<svg" not in page.split(f'id="{panel}"')[1]:
            continue
        content = page.split(f'<section id="{panel}"')[1].split("</section>")[0]
        if "<svg" not in content:
            continue
        title = re.search(r"<h2[^>]*>(.*?)</h2>", content)
        alt = re.search(r'aria-label="([^"]*)"', content.split("<svg")[1])
        assert title is not None
        assert alt is not None
        assert alt[1].startswith(re.sub("<[^>]*>", "", title[1]))
        assert "n = " in content
        assert "Source: " in content


def test_page__says_simulated_not_calibrated_wherever_a_policy_stands(page: str) -> None:
    if '<section id="policies"' not in page:
        return
    panel = page.split('<section id="policies"')[1].split("</section>")[0]
    assert panel.count("simulated, not calibrated") >= 2
    if '<section id="change"' in page:
        lines = re.findall(r"<li>(.*?)</li>", page.split('<section id="change"')[1])
        for line in lines:
            if "futures" in line.split("</section>")[0]:
                assert "simulated, not calibrated" in line


@pytest.mark.parametrize("world", list(WORLDS))
def test_page__has_the_same_bytes_twice(world: str, tmp_path: Path) -> None:
    assert _write(tmp_path, world) == _write(tmp_path, world)


def test_page__names_the_analysts_own_policy_first_with_its_districts(tmp_path: Path) -> None:
    page = _write(tmp_path, "all")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>', page)
    assert "Halve operations" in rows[0]
    assert "Kech and Awaran" in rows[0]
    assert "your policy" in rows[0]
    assert "your policy" not in rows[1]


def test_page__of_one_year_is_in_the_singular(tmp_path: Path) -> None:
    year = RECORD.sel(start="2020-01-01", end="2020-12-31")
    path = write_brief(year, [retaliation()], tmp_path / "b.html")
    assert "1 year of records cannot say" in text_of(path)


def test_page__of_a_shipped_study_calls_no_policy_the_readers_own(tmp_path: Path) -> None:
    """A shipped study may have policies that do not ship on their own."""
    shipped = replace(TALKS, name="demo")
    shipped.__dict__.update({k: v for k, v in TALKS.__dict__.items() if k not in vars(shipped)})
    path = write_brief(RECORD, [], tmp_path / "b.html", studies=[shipped])
    assert "your policy" not in text_of(path)


def test_page__of_one_policy_compares_nothing(tmp_path: Path) -> None:
    page = _write(tmp_path, "one policy")
    assert '<section id="policies"' not in page
    assert "nothing can be compared" in text_of(page)


def test_page__of_many_policies_says_how_many_are_left_out(tmp_path: Path) -> None:
    assert "5 more policies are in the annex." in text_of(_write(tmp_path, "many policies"))


def test_page__without_tiles_draws_bars(tmp_path: Path) -> None:
    page = _write(tmp_path, "no map")
    content = page.split('<section id="map"')[1].split("</section>")[0]
    assert "<polygon" not in content
    assert "Quetta" in content


@pytest.mark.parametrize("region", ["balochistan", "kp-fata"])
def test_map__has_letters_that_can_be_read_whatever_the_shape_of_a_region(region: str) -> None:
    panel = map_panel(load_record(region))
    assert panel is not None
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', panel.picture)]
    assert min(sizes) >= 8.0
    assert float(re.findall(r'viewBox="0 0 \d+ ([\d.]+)"', panel.picture)[0]) <= 300


def test_page__of_silent_districts_has_no_map(tmp_path: Path) -> None:
    assert '<section id="map"' not in _write(tmp_path, "all districts silent")


def test_page__gives_the_reason_of_each_failure(tmp_path: Path) -> None:
    battery = assess([retaliation(), Failure("near_repeat", "the record has one armed group.")])
    path = write_brief(RECORD, [retaliation()], tmp_path / "b.html", battery=battery)
    assert "No result: near repeat: the record has one armed group." in text_of(path)


def test_page__gives_one_number_for_what_the_record_can_see(tmp_path: Path) -> None:
    """The figure, its label and the answer: once the factor between them was five."""
    text = _visible(_write(tmp_path, "all"))
    assert set(re.findall(r"[+\N{MINUS SIGN}]0\.\d\d", text)) == {
        "+0.06",
        "\N{MINUS SIGN}0.04",
        "+0.20",
        "\N{MINUS SIGN}0.29",
        "+0.34",
    }


def test_page__shows_the_corrected_verdict_everywhere(tmp_path: Path) -> None:
    """Banner, tests and claims: what correction takes back stands in none of them."""
    alone = named("reaction", "operations follow attacks", 0.016)
    others = [named(f"other{i}", "the record cannot tell", 0.5) for i in range(8)]
    path = write_brief(RECORD, [retaliation(), alone, *others], tmp_path / "b.html")
    text = _visible(path.read_text(encoding="utf-8"))
    assert "perations follow attacks" not in text
    assert "none finds more than chance" in text


def test_page__ranks_by_no_mean(tmp_path: Path) -> None:
    text = _visible(_write(tmp_path, "all"))
    for words in ("on average", "best in", "mean ", "regret"):
        assert words not in text, words


def test_page__names_a_surviving_test_with_its_worst_false_alarms(tmp_path: Path) -> None:
    rates = {SIZE: 0.01, f"{SIZE}, bursts of one district": 0.375}
    finding = replace(named("near_repeat", "near repeats or bursts", 0.001), validation=rates)
    path = write_brief(RECORD, [finding], tmp_path / "b.html")
    assert "false alarms in up to 38%" in text_of(path)


def test_page__lists_each_claim_with_record_beside_model(tmp_path: Path) -> None:
    finding = retaliation(0.5, (0.3, 0.7), p_value=0.001, verdict="backlash")
    ledger = weigh_claims([finding], [], load_ledger())
    path = write_brief(RECORD, [finding], tmp_path / "b.html", ledger=ledger)
    panel = text_of("<body>" + path.read_text().split('<section id="claims"')[1])
    for entry in ledger.entries:
        assert f"{entry.claim.id} " in panel
    assert "not run" in panel


def test_page__links_every_part_to_its_section_of_the_annex(tmp_path: Path) -> None:
    page = _write(tmp_path, "all", annex="annex.html")
    anchors = set(re.findall(r'href="annex\.html#([^"]+)"', page))
    assert {"record", "finding-retaliation", "study-made", "limits"} <= anchors


def test_map__explains_brackets_only_where_a_district_has_several_tiles() -> None:
    record = load_record()
    once = {tile.slug: tile for tile in record.region.tiles}
    assert len(once) < len(record.region.tiles)
    several, single = (
        map_panel(record),
        map_panel(replace(record, region=replace(record.region, tiles=tuple(once.values())))),
    )
    assert several is not None
    assert single is not None
    assert "In brackets" in several.note
    assert "In brackets" not in single.note
