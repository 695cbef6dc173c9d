# Everything is run in .venv; the first target that needs it makes it.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
UV_HOME := build/uv
FOREIGN := build/foreign

.DEFAULT_GOAL := help
.PHONY: help check lint format test bench faults foreign docs words screenshots lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/pytest:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -e '.[test]'

check: lint test ## all that must pass before a commit: format, lint, types, tests

lint: $(BIN)/pytest ## format, lint and types alone
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(BIN)/pytest ## let ruff lay out the code and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(BIN)/pytest ## the tests alone; ARGS='-k name' chooses
	$(BIN)/pytest $(ARGS)

bench: $(BIN)/pytest ## measure against the machine's own Ed25519 speed; QUICK=1 takes five minutes
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

faults: $(BIN)/pytest ## kill, cut power, fill disks; DEEP=1 for all of it, SEED=, ONLY=, CASE=, MINUTES= to choose
	$(BIN)/python -m tests.faults $(if $(DEEP),--deep) $(if $(SEED),--seed $(SEED)) \
	  $(if $(ONLY),--only $(ONLY)) $(if $(CASE),--case $(CASE)) $(if $(MINUTES),--minutes $(MINUTES))

# It asks for Python 3.12 and runs on 3.11.
foreign: ## make build/foreign, the environment of a witness by others that tests speak to
	$(PYTHON) -m venv $(FOREIGN)
	$(FOREIGN)/bin/pip install --quiet 'cryptography>=50.0.2'
	$(FOREIGN)/bin/pip install --quiet --no-deps --ignore-requires-python aics-witness==0.1.0 aics-tlog==0.2.1

docs: $(BIN)/pytest ## write docs/commands.md and docs/modules.md anew from the code itself
	$(BIN)/python -m tests.reference

words: $(BIN)/pytest ## bring web/translations up to date with what pages say; a test tells what is missing
	$(BIN)/python -m tests.words

screenshots: $(BIN)/pytest ## take docs/screenshots anew, of every page of a demo, in Debian's Chromium
	$(BIN)/python -m tests.screenshots

lock: ## pin the newest versions that fit pyproject.toml, with hashes, for every platform
	$(PYTHON) -m venv $(UV_HOME)
	$(UV_HOME)/bin/pip install --quiet uv
	$(UV_HOME)/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header \
	  --no-emit-index-url --extra test --output-file requirements.lock pyproject.toml

clean: ## remove what tools left behind; data folders and .venv stay
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find ledger schemas web migrations tests -name __pycache__ -prune -exec rm -rf {} +
