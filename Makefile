# The verbs of the project. Each makes the environment it needs in .venv, from the hash-locked
# files in requirements/, and does nothing twice: stamps in .venv remember what is installed.

.DEFAULT_GOAL := help
.PHONY: help demo app check quick lint fast-tests test theory digests figures first-page scripts bench docs picture lock clean
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV := .venv
BIN := $(VENV)/bin
OUT := out
DEMO := $(OUT)/demo
CHROMIUM ?= chromium
# The first Python that is new enough; choose another with `make PYTHON=/path/to/python3 ...`.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
LOUD_PIP := PYTHONUNBUFFERED=1 $(BIN)/python -m pip --disable-pip-version-check
PIP := $(LOUD_PIP) --quiet
# Wheels only, so that no compiler is needed; hashes, so that what is installed is what was tested.
# Byte code is made when a module is first imported: most modules never are.
LOCK_OPTIONS := --only-binary :all: --require-hashes --no-compile
LOCKED := $(PIP) install $(LOCK_OPTIONS)
# Each package as pip comes to it, so that four minutes of a slow index are seen to be at work.
COUNTED = awk -v total=$$(cat $(1) | grep -c '^[A-Za-z0-9].*==') ' \
	/^(Collecting|Processing) / { sub(/.*\//, "", $$2); printf "  %d of %d: %s\n", ++n, total, $$2 } \
	/^Installing collected/ { print "  all are here; unpacking them" } { fflush() }'

# Compiled kernels stay between test runs: their key holds all that they depend on.
PYTEST := TARAZU_CACHE_DIR="$(CURDIR)/$(VENV)/cache" $(BIN)/python -m pytest
# Two processes; all tests of a file in one, because they share what is slow to make. In the order of
# tests/conftest.py, slow files first: the plugin's own order, many tests first, left one process
# idle for minutes while the other ran the last few slow files.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

help:  ## Say what the verbs are
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.package  ## From the shipped record to a brief: out/demo/brief.html
	$(BIN)/tarazu demo -o $(DEMO)

app: $(VENV)/.package $(VENV)/.extras  ## The lab in the browser
	$(BIN)/tarazu app

check: lint fast-tests  ## Lint, types, imports, fast tests

lint: $(VENV)/.package $(VENV)/.dev scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

ROOM ?=
quick: $(VENV)/.package $(VENV)/.dev  ## Fast tests of one room, first failure stops: make quick ROOM=evidence
	$(PYTEST) tests/unit/$(ROOM) -q -x -m "not slow and not heavy"

fast-tests: $(VENV)/.package $(VENV)/.dev
	$(PYTEST) tests/unit -q -m "not slow and not heavy" $(SPREAD)

test: $(VENV)/.package $(VENV)/.dev  ## All tests but those of `make theory`
	$(PYTEST) -q --ignore=tests/theory -m "not heavy" --durations=15 $(SPREAD)

theory: $(VENV)/.package $(VENV)/.dev  ## Analytic limits, measured error rates, thousands of bad inputs: takes long
	$(PYTEST) tests/theory --durations=0 $(SPREAD)
	$(PYTEST) tests/unit tests/fuzz tests/published -m heavy --durations=0 $(SPREAD)

digests: $(VENV)/.package $(VENV)/.dev  ## Renew the digests of error rates after changes that change no number
	$(BIN)/python -m tests.theory.fingerprints

first-page: $(VENV)/.package $(VENV)/.extras  ## Renew the page that the lab shows while it compiles
	$(BIN)/python -m tests.unit.app.shipped_page

DATA ?= ../shared/data
figures: $(VENV)/.package $(VENV)/.dev  ## Renew the shipped counts and label checks from the event files: make figures DATA=folder
	$(BIN)/python -m tests.unit.record.shipped_files $(DATA)

# The compiler of types comes with npm alone: without it, or without its registry, types stay
# unchecked, and that is said.
SCRIPTS := src/tarazu/app/static src/tarazu/report/annex/templates tests/unit/app
NPM := $(VENV)/npm
scripts: $(VENV)/.dev  ## Lint the lab's scripts and check their types (types need npm)
	$(BIN)/oxlint --config tests/unit/app/oxlint.json --deny-warnings $(SCRIPTS)
	@if test -x $(NPM)/node_modules/.bin/tsc || npm install --silent --no-save --no-audit --no-fund \
		--ignore-scripts --prefix $(NPM) typescript@7.0.2; then \
		$(NPM)/node_modules/.bin/tsc --project tests/unit/app/tsconfig.json; \
	else echo "THE TYPES OF THE LAB'S SCRIPTS WERE NOT CHECKED: no npm, or no TypeScript to be had"; fi

bench: $(VENV)/.package $(VENV)/.bench  ## Time and memory of the parts that users wait for
	$(BIN)/asv machine --yes --config benchmarks/asv.conf.json >/dev/null
	ASV_PYTHONPATH="$(CURDIR)" $(BIN)/asv run --config benchmarks/asv.conf.json --python=same --show-stderr
	$(BIN)/python -m benchmarks.bench_hawkes
	$(BIN)/python -m benchmarks.compare_engines  # needs gcc

docs: $(VENV)/.package  ## The reference pages that are made from the code
	$(BIN)/python -m typer tarazu.cli.application utils docs --name tarazu \
		--title "The command line" --output docs/reference/cli.md
	$(BIN)/python -m tarazu.model.pages docs/mechanisms
	$(BIN)/tarazu model odd --force -o docs/reference/odd.md
	$(BIN)/python -m tarazu.policy.pages docs/reference/policies.md
	$(BIN)/python -m tarazu.study.pages docs/reference/study-folder.md
	$(BIN)/python -m tarazu.report.pages.files docs/reference/files.md
	$(BIN)/python -m tarazu.report.pages.outputs docs/reference/outputs.md
	$(BIN)/python -m tarazu.report.diagram.page docs/explanation
	$(BIN)/python -m tests.unit.library_page

picture: demo  ## The README's picture: the first page of the demo's brief (needs chromium)
	mkdir -p docs/images
	$(CHROMIUM) --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
		--disable-background-networking --virtual-time-budget=10000 --window-size=1040,1290 \
		--user-data-dir="$(CURDIR)/$(OUT)/.chromium" --screenshot=docs/images/brief.png \
		"file://$(CURDIR)/$(DEMO)/brief.html"

# Without the machine's own pip settings: what is locked is what the public index serves.
COMPILE := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes \
	--no-emit-options --strip-extras --allow-unsafe --upgrade
lock: $(VENV)/.lock  ## Renew the hash-locked requirements
	$(COMPILE) -o requirements/base.txt pyproject.toml
	$(COMPILE) -o requirements/build.txt --only-build-deps \
		--build-deps-for editable --build-deps-for wheel pyproject.toml
	$(COMPILE) -o requirements/extras.txt requirements/extras.in
	$(COMPILE) -o requirements/dev.txt requirements/dev.in
	@# Of this package the tests take the script axe.min.js alone: no Playwright.
	sed -i '/^greenlet==/,/^    # via/d; /^playwright==/,/^    # via/d' requirements/dev.txt
	$(COMPILE) -o requirements/bench.txt requirements/bench.in
	@# PySD asks pandas for every spreadsheet reader; this one has no wheel and nothing here calls it.
	sed -i '/^odfpy==/,/^    # via/d' requirements/dev.txt requirements/bench.txt
	@# BPTK-Py asks for one pandas and one SciPy, other ones: the package alone, on those of bench.
	$(COMPILE) -o requirements/bptk.txt requirements/bptk.in
	sed -i -n '/^#/p;/^bptk-py==/,/^    # via/p' requirements/bptk.txt
	$(COMPILE) -o requirements/lock.txt requirements/lock.in

clean:  ## Remove the environment and everything made
	rm -rf $(VENV) $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Tarazu needs Python 3.11 or newer; none was found on PATH." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: requirements/base.txt requirements/build.txt | $(VENV)/.python
	@echo "Installing the locked packages into $(VENV) (one to five minutes, once)"
	@$(LOUD_PIP) install $(LOCK_OPTIONS) --no-deps $(addprefix -r ,$(filter %.txt,$^)) \
		| $(call COUNTED,$(filter %.txt,$^))
	@touch $@

# The browser lab and PDF: `pip install 'tarazu[app,pdf]'` for those who do not use make.
$(VENV)/.extras: requirements/extras.txt | $(VENV)/.base
	@$(LOCKED) --no-deps -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.extras
	@$(LOCKED) --no-deps -r requirements/dev.txt  # the lock is whole, but for what `make lock` takes out
	@touch $@

$(VENV)/.bench: requirements/bench.txt requirements/bptk.txt | $(VENV)/.base
	@$(LOCKED) --no-deps -r requirements/bench.txt -r requirements/bptk.txt  # whole, as for .dev
	@touch $@

$(VENV)/.lock: requirements/lock.txt | $(VENV)/.python
	@$(LOCKED) -r requirements/lock.txt
	@touch $@

# Installed anew after each commit, so that the version that the outputs carry is the one that ran.
$(VENV)/.package: pyproject.toml $(wildcard .git/logs/HEAD) $(VENV)/.base
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
