# `make help` lists what there is. Each target sets up what it needs; a second run finds it done.
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help setup up test test-benign lint boundaries bench bench-match bench-hunt bench-hub faults wheel lock clean

PYTHON ?= python3
PORT ?= 8000
HOME_DIR ?= ./var
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip
FRONT_END := src/wardround/hub/static_built/manifest.json

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

# Wheels are downloaded once, checked against the lock's hashes, and kept: the test of our own wheel installs from them.
.venv/.locked: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) download -qq --require-hashes --no-deps --only-binary :all: --dest .venv/wheels --requirement requirements.lock
	$(PIP) install -qq --no-index --find-links .venv/wheels --no-deps --require-hashes --requirement requirements.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(PIP) install -qq --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(FRONT_END): .venv/.locked package.json package-lock.json tools/front_end.py
	$(BIN)/python tools/front_end.py

setup: .venv/.installed $(FRONT_END) ## virtual environment, locked dependencies, style sheets and scripts

up: setup ## demonstration hub on http://127.0.0.1:8000 (PORT=8001, HOME_DIR=./var); Ctrl-C stops it
	@exec $(BIN)/wardround up --demo --home "$(HOME_DIR)" --port "$(PORT)"

test: setup ## every test (PYTEST_ARGS="tests/core -x" for some)
	@exec $(BIN)/python -m pytest $(PYTEST_ARGS)

test-benign: setup ## the EPMM pack over a million ordinary requests: it must stay silent
	@WARDROUND_BENIGN=1000000 exec $(BIN)/python -m pytest -q tests/core/hunts/test_epmm_silence.py

lint: setup ## style, types, contracts, security, dependencies, licences, measures
	@failed=; \
	for check in "ruff check" "ruff format --check" mypy "lint-imports --no-logo" \
	  "bandit --quiet --recursive --configfile pyproject.toml -ll src tools" "deptry src" "python tools/licences.py"; do \
	  echo "== $$check"; $(BIN)/$$check || failed="$$failed [$$check]"; \
	done; \
	if test -x ../shared/tools/house; then echo "== measures"; ../shared/tools/house; fi; \
	if test -n "$$failed"; then echo "lint failed:$$failed"; exit 1; fi; echo "lint passed"

faults: setup ## kill at every statement of issuing, answering and sending, on both databases (some minutes)
	@EVERY_FAULT=1 exec $(BIN)/python -m pytest -q tests/faults

boundaries: setup ## every shared CVE record at its own bounds, held against a second matcher (some minutes)
	@BOUNDARIES=all exec $(BIN)/python -m pytest tests/core/matching/test_boundaries.py

bench: setup ## measure; printed, never asserted
	@for script in $(filter-out tests/bench/bench_hub.py,$(wildcard tests/bench/bench_*.py)); do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

bench-match: setup ## measure matching a nation (DEVICES=2000000 for all of it; JSON=FILE keeps the figures)
	@exec $(BIN)/python tests/bench/bench_match.py

bench-hunt: setup ## measure hunts beside a peer (EVENTS=1000000 for the full size; JSON=FILE keeps the figures)
	@exec $(BIN)/python tests/bench/bench_hunt.py

bench-hub: setup ## measure the hub under a nation's load, on both databases, some minutes (ORGANISATIONS=50 and others for less)
	@exec $(BIN)/python tests/bench/bench_hub.py

wheel: setup ## dist/wardround-*.whl, front-end files inside
	rm -rf dist
	$(BIN)/python -m build --no-isolation --wheel --outdir dist

lock: setup ## resolve the dependencies of pyproject.toml and package.json again, with hashes
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --output-file requirements.lock
	$(BIN)/python tools/front_end.py --lock

clean: ## remove what was built; ./var (your data) stays
	rm -rf .venv node_modules dist build src/wardround/hub/static_built .mypy_cache .ruff_cache .import_linter_cache .hypothesis
