import csv
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.record.ged_files import small_world, write_ged
from tests.unit.record.source_files import acled as acled_event
from tests.unit.record.web_server import Answer, Asked, Script, as_json, in_turn, ranges, serve

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import Key
from tarazu.core.http.client import CHUNK_BYTES, WebClient
from tarazu.core.http.downloads import DownloadOptions, partial_dir
from tarazu.record import read_record
from tarazu.record.download import fetch_acled, fetch_ucdp
from tarazu.region.download import fetch_boundaries

GAP = 0.01  # s; politeness has a test of its own
OPTIONS = DownloadOptions(gap=GAP)
SECRET = "s3cret-token-of-mine"
EVENTS = [{"id": n, "side_a": "Government of Somewhere", "best": n % 3} for n in range(1, 26)]
FEATURES = json.dumps({"type": "FeatureCollection", "features": [{"id": n} for n in range(3000)]})


@pytest.fixture(autouse=True)
def own_cache_and_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", SECRET)
    monkeypatch.setenv("ACLED_EMAIL", "me@example.org")
    monkeypatch.setenv("ACLED_PASSWORD", SECRET)
    monkeypatch.delenv("ACLED_ACCESS_TOKEN", raising=False)


def ucdp_pages(asked: Asked) -> Answer:
    if asked.headers.get("x-ucdp-access-token") != SECRET:
        return Answer(b"API token required", 401)
    size, page = int(asked.query["pagesize"]), int(asked.query["page"])
    rows = EVENTS[(page - 1) * size : page * size]
    pages = -(-len(EVENTS) // size)
    more = f"http://elsewhere/?page={page + 1}" if page < pages else ""
    return as_json(
        {
            "TotalCount": len(EVENTS),
            "TotalPages": pages,
            "PreviousPageUrl": "",
            "NextPageUrl": more,
            "Result": rows,
        }
    )


def fetch(
    out: Path, address: str, options: DownloadOptions = OPTIONS, country: int | None = None
) -> str:
    return fetch_ucdp(
        out, version="25.1", country=country, address=address, page_size=10, options=options
    )


def acled(page: Script) -> Script:
    def script(asked: Asked) -> Answer:
        if asked.path == "/oauth/token":
            token = {"token_type": "Bearer", "expires_in": 86400, "access_token": "short-lived"}
            return as_json({**token, "refresh_token": "never-used"})
        if asked.headers.get("authorization") != "Bearer short-lived":
            return Answer(b"{}", 403)
        return page(asked)

    return script


def fetch_from_acled(out: Path, address: str) -> str:
    return fetch_acled(
        out,
        country="Somewhere",
        start=date(2023, 1, 1),
        address=f"{address}/api/acled/read",
        token_address=f"{address}/oauth/token",
        page_size=10,
        options=OPTIONS,
    )


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_ucdp__pages_become_one_file_in_the_shape_of_the_api(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server:
        checksum = fetch(tmp_path / "events.json", server.address, country=770)
    content = json.loads((tmp_path / "events.json").read_bytes())
    assert (content["TotalCount"], content["TotalPages"]) == (25, 1)
    assert content["Result"] == EVENTS
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3"]
    assert server.asked[0].path == "/25.1"
    assert server.asked[0].query["Country"] == "770"
    data = (tmp_path / "events.json").read_bytes()
    assert checksum == sha256(data).hexdigest()
    assert (tmp_path / "events.json.sha256").read_text() == f"{checksum}  events.json\n"


def test_ucdp__what_was_fetched_can_be_read(tmp_path: Path) -> None:
    numbers = {"id", "type_of_violence", "date_prec", "where_prec", "best", "high", "low"}
    rows = [
        {k: int(v) if k in numbers or k.startswith("deaths") else v for k, v in row.items()}
        for row in small_world()
    ]
    answer = {"TotalCount": len(rows), "TotalPages": 1, "NextPageUrl": "", "Result": rows}
    with serve(in_turn([as_json(answer)])) as server:
        fetch(tmp_path / "events.json", server.address)
    write_ged(tmp_path / "events.csv", small_world())
    from_csv, from_api = (read_record(tmp_path / f"events.{kind}") for kind in ("csv", "json"))
    assert from_api.events.equals(from_csv.events)


def test_ucdp__the_note_beside_the_file_holds_licence_and_request(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server:
        fetch(tmp_path / "events.json", server.address)
    note = json.loads((tmp_path / "events.json.origin.json").read_bytes())
    assert note["licence"] == "CC BY 4.0"
    assert note["query"] == {"pagesize": 10}
    assert any("10.1177/0022343313484347" in citation for citation in note["citations"])


def test_download__no_key_in_any_file(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server:
        fetch(tmp_path / "events.json", server.address)
    with serve(acled(in_turn([as_json({"status": 200, "data": EVENTS[:3]})]))) as server:
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    for path in files_of(tmp_path):
        content = path.read_bytes()
        assert SECRET.encode() not in content, path
        assert b"short-lived" not in content, path


def test_download__leaves_no_pages_behind(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server:
        fetch(tmp_path / "events.json", server.address)
    assert files_of(tmp_path / "cache") == []


def test_download__two_servers_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        with serve(ucdp_pages) as server:
            fetch(tmp_path / name, server.address)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Answer(b"oops", 500), id="server error"),
        pytest.param(Answer(b"", 429, {"Retry-After": "1"}), id="too many requests"),
        pytest.param(Answer(b'{"TotalCount": 25, "TotalPages"' * 9, cut=20), id="cut off"),
        pytest.param(Answer(b'{"TotalCount": 25, "TotalPages"'), id="half a body, well counted"),
        pytest.param(Answer(b"", 503), id="out of service"),
    ],
)
def test_ucdp__goes_on_after_trouble(tmp_path: Path, trouble: Answer) -> None:
    script = in_turn([ucdp_pages, trouble, ucdp_pages])
    with serve(script) as server:
        fetch(tmp_path / "events.json", server.address)
    assert json.loads((tmp_path / "events.json").read_bytes())["Result"] == EVENTS
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "2", "3"]


def test_ucdp__waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    script = in_turn([Answer(b"", 429, {"Retry-After": "1"}), ucdp_pages])
    with serve(script) as server:
        fetch(tmp_path / "events.json", server.address)
    assert server.asked[1].time - server.asked[0].time >= 0.95


def test_ucdp__a_wait_of_an_hour_is_an_error_that_says_so(tmp_path: Path) -> None:
    with (
        serve(in_turn([Answer(b"", 429, {"Retry-After": "3600"})])) as server,
        pytest.raises(DataError, match="demands a wait of 60 minutes"),
    ):
        fetch(tmp_path / "events.json", server.address)
    assert len(server.asked) == 1


def test_ucdp__a_stopped_download_goes_on_with_the_next_page(tmp_path: Path) -> None:
    class Stopped(BaseException):
        pass

    def stop_after_two(done: int, total: int, earlier: int = 0) -> None:
        if done == 2:
            raise Stopped

    with serve(ucdp_pages) as server:
        with pytest.raises(Stopped):
            fetch(
                tmp_path / "events.json", server.address, replace(OPTIONS, progress=stop_after_two)
            )
        assert not (tmp_path / "events.json").exists()
        fetch(tmp_path / "events.json", server.address)
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3"]
    assert json.loads((tmp_path / "events.json").read_bytes())["Result"] == EVENTS


def test_ucdp__a_kept_page_that_was_damaged_is_fetched_again(tmp_path: Path) -> None:
    broken = in_turn([ucdp_pages, Answer(b"no", 404)])
    with serve(broken) as server:
        with pytest.raises(DataError, match="404"):
            fetch(tmp_path / "events.json", server.address)
        room = partial_dir(f"{server.address}/25.1", {"pagesize": 10})
        (room / "page-00001.json").write_bytes(b'{"TotalCount": 1, "TotalPages": 1, "Result": []}')
    port = int(server.address.rpartition(":")[2])
    assert port
    with serve(ucdp_pages) as again:
        moved = partial_dir(f"{again.address}/25.1", {"pagesize": 10})
        for path in files_of(room):
            (moved / path.name).write_bytes(path.read_bytes())
        fetch(tmp_path / "events.json", again.address)
    assert [asked.query["page"] for asked in again.asked] == ["1", "2", "3"]


def test_ucdp__fewer_rows_than_announced_is_an_error(tmp_path: Path) -> None:
    short = {"TotalCount": 25, "TotalPages": 1, "Result": EVENTS[:10]}
    with (
        serve(in_turn([as_json(short)])) as server,
        pytest.raises(DataError, match="10 rows; expected 25, as the service states"),
    ):
        fetch(tmp_path / "events.json", server.address)
    assert not (tmp_path / "events.json").exists()


def test_ucdp__data_that_change_on_the_way_are_not_mixed(tmp_path: Path) -> None:
    later = {"TotalCount": 24, "TotalPages": 3, "Result": EVENTS[10:20]}
    with (
        serve(in_turn([ucdp_pages, as_json(later)])) as server,
        pytest.raises(DataError, match="changed during the download"),
    ):
        fetch(tmp_path / "events.json", server.address)
    assert files_of(tmp_path / "cache") == []


def test_ucdp__another_shape_is_an_error(tmp_path: Path) -> None:
    with (
        serve(in_turn([as_json(["?"])])) as server,
        pytest.raises(DataError, match="another shape"),
    ):
        fetch(tmp_path / "events.json", server.address)


@pytest.mark.parametrize("status", [401, 403])
def test_ucdp__a_refused_key_names_the_variable_and_not_the_key(
    tmp_path: Path, status: int
) -> None:
    answer = Answer(f"bad token {SECRET}".encode(), status)
    with serve(in_turn([answer])) as server, pytest.raises(DataError) as caught:
        fetch(tmp_path / "events.json", server.address)
    assert "UCDP_ACCESS_TOKEN" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert len(server.asked) == 1


def test_download__what_a_server_repeats_of_the_key_is_blotted_out(tmp_path: Path) -> None:
    answer = Answer(f"what is {SECRET}?".encode(), 418)
    with (
        serve(in_turn([answer])) as server,
        pytest.raises(DataError, match=r"418: what is \(key\)\?"),
    ):
        fetch(tmp_path / "events.json", server.address)


def test_download__without_a_key_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UCDP_ACCESS_TOKEN")
    with (
        serve(ucdp_pages) as server,
        pytest.raises(DataError, match="UCDP_ACCESS_TOKEN is not set"),
    ):
        fetch(tmp_path / "events.json", server.address)
    assert server.asked == []


def test_download__no_key_over_an_open_connection() -> None:
    with (
        WebClient(Key("TOKEN", "x-token", SECRET), gap=GAP) as client,
        pytest.raises(DataError, match="unencrypted"),
    ):
        client.get("http://example.org/events", {})


def test_download__a_redirect_with_a_key_stays_at_its_server() -> None:
    with serve(in_turn([as_json([])])) as other:
        away = Answer(b"", 302, {"Location": f"{other.address}/elsewhere"})
        with (
            serve(in_turn([away])) as server,
            WebClient(Key("TOKEN", "x-token", SECRET), hosts=["127.0.0.1"], gap=GAP) as client,
            pytest.raises(DataError, match=r"redirects to http.*no redirect to another server"),
        ):
            client.get(server.address, {})
    assert server.asked[0].headers["x-token"] == SECRET
    assert other.asked == []


@pytest.mark.parametrize(("hosts", "asked"), [((), 0), (("example.org",), 0), (("127.0.0.1",), 1)])
def test_download__a_redirect_without_a_key_reaches_named_hosts_only(
    hosts: tuple[str, ...], asked: int
) -> None:
    with serve(in_turn([as_json([])])) as other:
        away = Answer(b"", 302, {"Location": f"{other.address}/elsewhere"})
        refused = nullcontext() if asked else pytest.raises(DataError, match="another server")
        with serve(in_turn([away])) as server, WebClient(hosts=hosts, gap=GAP) as client, refused:
            assert client.get(server.address, {}) == b"[]"
    assert len(other.asked) == asked


def test_download__a_redirect_at_the_same_server_takes_the_key_along() -> None:
    moved = Answer(b"", 308, {"Location": "/new"})
    with (
        serve(in_turn([moved, as_json([])])) as server,
        WebClient(Key("TOKEN", "x-token", SECRET), gap=GAP) as client,
    ):
        assert client.get(server.address, {}) == b"[]"
    assert server.asked[1].path == "/new"
    assert server.asked[1].headers["x-token"] == SECRET


def test_download__requests_keep_their_distance() -> None:
    with serve(in_turn([as_json([])])) as server, WebClient(gap=0.2) as client:
        for _ in range(3):
            client.get(server.address, {})
    times = [asked.time for asked in server.asked]
    assert min(b - a for a, b in pairwise(times)) >= 0.15


def test_download__a_service_that_stays_out_of_order_is_an_error(tmp_path: Path) -> None:
    with (
        serve(in_turn([Answer(b"", 500)])) as server,
        pytest.raises(DataError, match="still returns status 500"),
    ):
        fetch(tmp_path / "events.json", server.address)
    assert len(server.asked) == 6


def test_download__nobody_there_is_an_error(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server:
        address = server.address
    with pytest.raises(DataError, match=r"no response after 2 attempts .* connected\?"):
        fetch(tmp_path / "events.json", address)


def test_download__a_service_that_was_there_gets_more_attempts() -> None:
    with WebClient(gap=0.0) as client:
        with serve(in_turn([as_json([])])) as server:
            client.get(server.address, {})
        with pytest.raises(DataError, match="no response after 6 attempts"):
            client.get(server.address, {})


def test_download__a_wrong_checksum_writes_nothing(tmp_path: Path) -> None:
    with serve(ucdp_pages) as server, pytest.raises(DataError, match="checksum"):
        fetch(tmp_path / "events.json", server.address, replace(OPTIONS, expected="0" * 64))
    assert files_of(tmp_path) == []


def test_acled__rows_become_csv(tmp_path: Path) -> None:
    rows = [{"event_id_cnty": f"SOM{n}", "notes": 'one, "two"', "fatalities": n} for n in range(13)]

    def pages(asked: Asked) -> Answer:
        first = (int(asked.query["page"]) - 1) * 10
        return as_json({"status": 200, "success": True, "data": rows[first : first + 10]})

    with serve(acled(pages)) as server:
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    with (tmp_path / "acled.csv").open(newline="") as stream:
        read = list(csv.DictReader(stream))
    assert read == [{name: str(value) for name, value in row.items()} for row in rows]
    token, first, second = server.asked
    assert token.method == "POST"
    assert b"grant_type=password&client_id=acled" in token.body
    assert first.query["event_date"] == "2023-01-01|2100-12-31"
    assert second.query["page"] == "2"


def test_acled__what_was_fetched_can_be_read(tmp_path: Path) -> None:
    rows = [acled_event(n, fatalities=n) for n in range(3)]
    with serve(acled(in_turn([as_json({"status": 200, "data": rows})]))) as server:
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    assert read_record(tmp_path / "acled.csv").n_events == 3


def test_acled__a_refused_account_names_its_variables(tmp_path: Path) -> None:
    answer = Answer(f'{{"error":"invalid_grant","hint":"{SECRET}"}}'.encode(), 400)
    with serve(in_turn([answer])) as server, pytest.raises(DataError) as caught:
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    assert "ACLED_EMAIL or ACLED_PASSWORD" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_acled__a_token_from_the_environment_needs_no_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACLED_ACCESS_TOKEN", "short-lived")
    monkeypatch.delenv("ACLED_PASSWORD")
    with serve(acled(in_turn([as_json({"status": 200, "data": EVENTS[:1]})]))) as server:
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    assert [asked.path for asked in server.asked] == ["/api/acled/read"]


def test_acled__pages_of_yesterday_are_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = as_json({"status": 200, "data": EVENTS[:10]})
    with serve(acled(in_turn([full, Answer(b"", 404), full, as_json({"data": []})]))) as server:
        with pytest.raises(DataError, match="404"):
            fetch_from_acled(tmp_path / "acled.csv", server.address)
        monkeypatch.setattr("tarazu.record.download.acled.A_DAY", -1.0)
        fetch_from_acled(tmp_path / "acled.csv", server.address)
    pages = [asked.query["page"] for asked in server.asked if asked.query]
    assert pages == ["1", "2", "1", "2"]


def test_acled__no_events_is_an_error(tmp_path: Path) -> None:
    with (
        serve(acled(in_turn([as_json({"status": 200, "data": []})]))) as server,
        pytest.raises(DataError, match="no events of 'Somewhere'"),
    ):
        fetch_from_acled(tmp_path / "acled.csv", server.address)


def boundaries(file: Script) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        if asked.path.endswith("/PAK/ADM2/"):
            facts = {
                "boundaryID": "PAK-ADM2-1",
                "boundaryName": "Pakistan",
                "boundaryCanonical": "Districts",
                "boundaryYearRepresented": "2018",
                "boundarySource": "A Bureau",
                "boundaryLicense": "CC BY 3.0 IGO",
                "gjDownloadURL": f"http://{asked.headers['host']}/file.geojson",
            }
            return as_json(facts)
        return file(asked)

    return script


def test_boundaries__file_and_licence(tmp_path: Path) -> None:
    with serve(boundaries(ranges(FEATURES.encode()))) as server:
        fetch_boundaries(
            tmp_path / "b.geojson", country="pak", level=2, address=server.address, options=OPTIONS
        )
    assert (tmp_path / "b.geojson").read_text() == FEATURES
    note = json.loads((tmp_path / "b.geojson.origin.json").read_bytes())
    assert note["licence"] == "CC BY 3.0 IGO"
    assert "A Bureau" in note["title"]


def test_boundaries__a_file_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    body = json.dumps({"type": "FeatureCollection", "features": [0] * 100_000}).encode()
    with serve(boundaries(ranges(body, cut=200_000))) as server:
        fetch_boundaries(
            tmp_path / "b.geojson", country="PAK", level=2, address=server.address, options=OPTIONS
        )
    assert (tmp_path / "b.geojson").read_bytes() == body
    assert server.asked[-1].headers["range"] == f"bytes={3 * CHUNK_BYTES}-"


def test_boundaries__a_stopped_download_goes_on_in_the_next_run(tmp_path: Path) -> None:
    body = FEATURES.encode() * 8

    class Stopped(BaseException):
        pass

    def stop(done: int, total: int, earlier: int = 0) -> None:
        raise Stopped

    with serve(ranges(body)) as server:
        partial = tmp_path / "part"
        with pytest.raises(Stopped), WebClient(gap=GAP) as client:
            client.download(server.address, partial, stop)
        held = partial.stat().st_size
        with WebClient(gap=GAP) as client:
            assert client.download(server.address, partial) == sha256(body).hexdigest()
    assert 0 < held < len(body)
    assert server.asked[-1].headers["range"] == f"bytes={held}-"


def test_boundaries__a_file_that_changed_begins_anew(tmp_path: Path) -> None:
    old, new = b"old " * 100_000, b"new " * 90_000
    partial = tmp_path / "part"
    partial.write_bytes(old[:1000])
    (tmp_path / "part.stamp").write_text('"v1"')
    with serve(ranges(new, etag='"v2"')) as server, WebClient(gap=GAP) as client:
        client.download(server.address, partial)
    assert partial.read_bytes() == new


def test_boundaries__a_file_that_was_whole_is_not_fetched_again(tmp_path: Path) -> None:
    body = b"all of it"
    (tmp_path / "part").write_bytes(body)
    (tmp_path / "part.stamp").write_text('"v1"')
    with serve(ranges(body)) as server, WebClient(gap=GAP) as client:
        assert client.download(server.address, tmp_path / "part") == sha256(body).hexdigest()


def test_boundaries__unknown_country(tmp_path: Path) -> None:
    with (
        serve(in_turn([as_json([])])) as server,
        pytest.raises(DataError, match="no boundaries of ZZZ at level 2"),
    ):
        fetch_boundaries(
            tmp_path / "b.geojson", country="zzz", level=2, address=server.address, options=OPTIONS
        )


def test_boundaries__a_pointer_instead_of_a_file_is_an_error(tmp_path: Path) -> None:
    pointer = ranges(b"version https://git-lfs.github.com/spec/v1\n")
    with serve(boundaries(pointer)) as server, pytest.raises(DataError, match="not GeoJSON"):
        fetch_boundaries(
            tmp_path / "b.geojson", country="PAK", level=2, address=server.address, options=OPTIONS
        )
