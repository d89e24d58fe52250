"""Addresses of the lab: pages, the JSON interface, and runs."""

import asyncio
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="THE LAB'S ADDRESSES WERE NOT TRIED: no extra 'app'")

from tests.unit.app.labs import HOST, STATIC, request, send, shipped_lab

from tarazu.app.application import make_application
from tarazu.app.guard import Guard
from tarazu.app.reproduce import recipe_of
from tarazu.app.runs import Runs
from tarazu.app.service import Service
from tarazu.app.state import State, read_state, write_query
from tarazu.app.where import Where

LAB = shipped_lab()
JSON = {"content_type": "application/json"}
QUERY = "h=backlash&p=withdrawal&y=1&dialogue=0.5"


@pytest.fixture(scope="module")
def service() -> Service:
    service = Service(LAB)
    service.warm()
    assert service.failure == ""
    return service


@pytest.fixture(scope="module")
def lab(service: Service) -> Guard:
    return make_application(service, hosts=frozenset({HOST}))


def test_page__is_whole_without_scripts(lab: Guard) -> None:
    answer = request(lab, f"/?{QUERY}")
    text = answer.body.decode()
    assert answer.status == 200
    assert len(re.findall(r'<svg [^>]*role="img"', text)) == 4
    assert text.count("<desc") == text.count("<table>") == 4
    assert "of 8 expected paths have fewer attacks" in text
    assert "Simulated, not calibrated" in text
    assert 'name="dialogue" min="0" max="1" step="0.05" value="0.5"' in text
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"\son\w+=", text)


def test_page__has_a_label_for_every_control(lab: Guard) -> None:
    text = request(lab, "/").body.decode()
    ids = re.findall(r'<(?:input|select)[^>]*\sid="([^"]+)"', text)
    assert len(ids) > 40
    for name in ids:
        labelled = f'for="{name}"' in text or re.search(rf'id="{name}"[^>]*aria-label=', text)
        assert labelled, name


def loaded_by(*names: str) -> list[str]:
    """Return scripts and those that they import."""
    found = [*names]
    for name in found:
        text = (STATIC / name).read_text(encoding="utf-8")
        found += [one for one in re.findall(r'from "\./(.+)";', text) if one not in found]
    return found


def test_page__fits_in_250_kb(lab: Guard) -> None:
    page = request(lab, "/", accept_encoding="gzip").body
    files = ["/static/page.css", "/static/picture.css", "/model.js", "/api/inputs?h=full"]
    files += [f"/static/{name}" for name in loaded_by("page.js", "worker.js")]
    sizes = [len(request(lab, file, accept_encoding="gzip").body) for file in files]
    assert len(page) + sum(sizes) < 250_000
    assert min(sizes) > 0


def test_page__holds_no_text_of_an_address_as_markup(lab: Guard) -> None:
    answer = request(lab, "/?h=%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status == 422
    assert b"<script>alert" not in answer.body
    assert b"&lt;script&gt;" in answer.body


@pytest.mark.parametrize("path", ["/api/expected", "/api/inputs", "/api/recipe"])
def test_api__names_what_is_wrong(lab: Guard, path: str) -> None:
    answer = request(lab, f"{path}?h=backlsh")
    assert answer.status == 422
    assert "Did you mean 'backlash'?" in answer.json["problem"]


def test_api__gives_the_numbers_of_the_page(lab: Guard, service: Service) -> None:
    found = request(lab, f"/api/expected?{QUERY}").json
    assert found == service.expected(read_state(QUERY, LAB)).model_dump()


def test_api__is_described_by_its_types(lab: Guard) -> None:
    found = request(lab, "/api").json
    assert found["openapi"].startswith("3.1")
    for path, methods in found["paths"].items():
        for method in methods:
            assert request(lab, path, method=method.upper()).status not in (404, 405), path
    fields = found["components"]["schemas"]["Futures"]["properties"]
    assert fields.keys() == request(lab, f"/api/expected?{QUERY}").json.keys()
    text = json.dumps(found)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in found["components"]["schemas"]


def test_health__counts_runs(lab: Guard) -> None:
    found = request(lab, "/health").json
    assert found["status"] == "ready"
    assert (found["computing"], found["waiting"]) == (0, 0)


@pytest.mark.parametrize("script", ["/model.js", "/static/page.js"])
def test_script__is_not_sent_twice(lab: Guard, script: str) -> None:
    first = request(lab, script)
    assert first.headers["content-type"].startswith("text/javascript")
    again = request(lab, script, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert request(lab, "/static/elsewhere.js").status == 404


@pytest.mark.slow
def test_run__streams_three_results(lab: Guard) -> None:
    body = State(years=1, levers={"dialogue": 0.5}).model_dump_json().encode()
    answer = request(lab, "/api/runs", method="POST", body=body, **JSON)
    results = [line["result"] for line in answer.lines if line["state"] == "result"]
    assert [result["members"] for result in results] == [16, 64, 256]
    assert answer.lines[-1] == {"state": "done"}


@pytest.mark.slow
def test_brief__is_of_the_scenario_and_without_scripts(lab: Guard) -> None:
    where = {"dialogue": Where(districts=("kech",), start=4, ramp=20)}
    state = State(start="surge", years=1, levers={"dialogue": 0.5}, where=where)
    body = state.model_dump_json().encode()
    answer = request(lab, "/api/briefs", method="POST", body=body, **JSON)
    (html,) = [line["result"]["html"] for line in answer.lines if line["state"] == "result"]
    assert "Surge, with dialogue 0.5 in Kech from week 4 over 20 weeks" in html
    assert "No test of the record was run." in html
    assert "n = 64 futures" in html
    assert "<script" not in html


def test_run__ends_when_its_page_is_gone(lab: Guard, service: Service) -> None:
    body = State(years=10, levers={"dialogue": 0.4}).model_dump_json().encode()
    answer = request(lab, "/api/runs", method="POST", body=body, leave_after=1, **JSON)
    assert all(line["state"] != "result" for line in answer.lines)
    assert service.runs.computing == 0


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"years": 99}', b'{"levers": {"dialogue": 9}}', b'{"other": 1}']
)
def test_run__of_what_is_not_a_scenario_is_refused(lab: Guard, body: bytes) -> None:
    answer = request(lab, "/api/runs", method="POST", body=body, **JSON)
    assert answer.status == 422
    assert answer.json["problem"]


def test_run__is_refused_where_too_many_wait() -> None:
    service = Service(LAB, Runs(at_once=1, most_waiting=-1))  # room for none
    service._ready.set()
    full = make_application(service, hosts=frozenset({HOST}))
    answer = request(full, "/api/runs", method="POST", body=b"{}", **JSON)
    assert answer.status == 503
    assert "retry-after" in answer.headers
    assert answer.json["waiting"] == 0


@pytest.mark.slow
def test_two_users__get_their_own_scenarios(lab: Guard) -> None:
    async def both() -> list[list[dict[str, object]]]:
        bodies = [State(years=1, levers={"dialogue": v}).model_dump_json() for v in (0.25, 0.75)]
        requests = (send(lab, "/api/runs", "POST", body.encode(), None, JSON) for body in bodies)
        return [answer.lines for answer in await asyncio.gather(*requests)]

    costs = [
        {line["result"]["extra_cost"] for line in lines if line["state"] == "result"}
        for lines in asyncio.run(both())
    ]
    assert [len(one) for one in costs] == [1, 1]
    assert costs[0] != costs[1]


def test_recipe__in_python_prints_the_numbers_of_the_page(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    state = read_state("h=backlash&y=1&dialogue=0.5", LAB)
    recipe = recipe_of(state, LAB, members=16)
    Path(recipe.policy_file).write_text(recipe.policy_toml, encoding="utf-8")
    exec(recipe.python, {})
    found = [float(n) for n in re.findall(r"-?\d+\.?\d*", capsys.readouterr().out)]
    change = service.stages(state)[0](lambda _: None)["outcomes"][0]["change"]
    assert found == [change["median"], change["low"], change["high"]]


def test_recipe__has_a_study_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tarazu as tz

    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(read_state(QUERY, LAB), LAB)
    for name, text in (
        (recipe.policy_file, recipe.policy_toml),
        (recipe.study_file, recipe.study_toml),
    ):
        Path(name).write_text(text, encoding="utf-8")
    study = tz.load_study(recipe.study_file)
    assert [policy.name for policy in study.policies] == ["status-quo", "my-policy"]
    assert (study.spec.draws, study.spec.seed) == (64, 1)
    assert recipe.study_file in recipe.shell


def test_share_link__of_an_older_model_says_so(lab: Guard) -> None:
    link = write_query(State(), LAB).replace(f"g={LAB.key[:8]}", "g=00000000")
    note = b'<p class="note">This link was made with another version of the model'
    assert note in request(lab, f"/?{link}").body
    assert b'class="note"' not in request(lab, f"/?{write_query(State(), LAB)}").body


def test_page__waits_while_kernels_are_compiled() -> None:
    cold = make_application(Service(LAB), hosts=frozenset({HOST}))
    answer = request(cold, "/")
    assert answer.status == 503
    assert b'http-equiv="refresh"' in answer.body
    assert request(cold, "/health").json["status"] == "compiling"


def test_compare__is_a_page_and_names_what_is_wrong(lab: Guard) -> None:
    assert request(lab, "/compare?y=1&s=p%3Dsurge").status == 200
    answer = request(lab, "/compare?y=1&s=p%3Dsurje")
    assert answer.status == 422
    assert "Did you mean &#39;surge&#39;?" in answer.body.decode()


def test_comparison__of_too_many_policies_is_refused(lab: Guard) -> None:
    body = json.dumps({"years": 1, "policies": ["p=surge"] * 5}).encode()
    assert request(lab, "/api/comparisons", method="POST", body=body, **JSON).status == 422
