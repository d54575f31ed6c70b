# make demo    the main job, offline once installed        make check   what CI runs (at most 5 minutes)
# make prove   long proofs                                  make bench   figures, measured side by side
# make agents  real Claude Code and Codex, from npm

PYTHON ?= python3
VENV := .venv
NEXT := .venv-next
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NEXT_STAMP := $(NEXT)/.installed
NEXT_PYTHON := $(shell sh tools/newer-python.sh)
WORKERS ?= 4
# What meets another generation of mitmproxy or Python; `make prove` runs every end-to-end test on it.
ON_NEXT ?= $(patsubst %,tests/e2e/test_%.py,kill capture capture_modes capture_websocket)

.PHONY: demo check installed format lint test test-next prove bench agents clean

demo: $(STAMP)
	$(BIN)/deck demo

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "deck needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

$(NEXT_STAMP): pyproject.toml
	$(NEXT_PYTHON) -m venv $(NEXT)
	$(NEXT)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

check:
	$(MAKE) --jobs 2 installed
	$(MAKE) lint test test-next

installed: $(STAMP) $(if $(NEXT_PYTHON),$(NEXT_STAMP))

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m 'not prove'

ifneq ($(NEXT_PYTHON),)
test-next: $(STAMP) $(NEXT_STAMP)
	$(NEXT)/bin/python -m pytest -q -n $(WORKERS) --dist worksteal -m 'e2e and not prove' $(ON_NEXT)
else
test-next:
	@echo 'SKIPPED: end-to-end tests on a newer Python; none (3.12 to 3.14) is on this machine'
endif

prove: $(STAMP)
	$(MAKE) test-next ON_NEXT=
	DECK_PROPERTIES=prove $(BIN)/python -m pytest -q -m 'prove or hypothesis' --timeout 3600

bench: $(STAMP)
	$(BIN)/python tests/bench/run.py

agents: $(STAMP)
	$(BIN)/python tests/agents/run.py --claude $(or $(CLAUDE),latest) --codex $(or $(CODEX),latest)

clean:
	rm -rf $(VENV) $(NEXT) build dist *.egg-info
