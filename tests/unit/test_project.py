"""Promises of the project's own files."""

import re
import socket
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_file__pins_and_hashes_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--extra-index" not in text
    assert "--find-links" not in text
    logical = text.replace("\\\n", " ").splitlines()
    requirements = [line for line in logical if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


def test_lock_files__agree_on_versions() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for line in lock.read_text().splitlines():
            if "==" in line and not line.lstrip().startswith("#"):
                name, _, rest = line.partition("==")
                versions.setdefault(name.strip(), set()).add(rest.split()[0])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_base_lock__has_every_dependency() -> None:
    locked = {
        line.partition("==")[0]
        for line in (ROOT / "requirements" / "base.txt").read_text().splitlines()
        if "==" in line
    }
    declared = {entry.partition(">=")[0] for entry in PYPROJECT["project"]["dependencies"]}
    assert declared <= locked


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page__links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_project__names_no_machine_path_and_no_index_host() -> None:
    told = [*PAGES, *LOCKS, ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "pyproject.toml"]
    unwanted = re.compile(r"/work/|/opt/|/root/|/home/|pypi\.|index-url|extra-index")
    found = {path.name: unwanted.findall(path.read_text()) for path in told}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_network__is_cut_in_tests() -> None:
    with pytest.raises(RuntimeError, match="reached for the network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
