# Every target works on a fresh clone: what it needs is installed into .venv once, from the lock files.

PYTHON ?= python3
TEST_WORKERS ?= 2
ARGS ?=

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
TOOLS := .venv/.tools-installed
PEERS := .venv/.peers-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
PIP_INSTALL := $(PIP) install --no-compile
# pip compiles on one core, and everything; what is left out here, Python compiles should it ever import it.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/tests/|/transformers/models/|/phonenumbers/geodata/' .venv/lib || true

.DEFAULT_GOAL := help
.PHONY: help install demo up test lint format bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(TOOLS) ## Install everything into .venv

demo: $(RUNTIME) ## Import the sample catalogues and look at what they became
	$(BIN)/python -m demo $(ARGS)

up: $(RUNTIME) ## Start the stores, Dagster's UI and its daemon; Ctrl-C ends them
	$(BIN)/segops up $(ARGS)

test: $(TOOLS) ## Run every test (ARGS="-k inbox" for some of them)
	CHROMIUM="$$(scripts/install-chromium)" && export CHROMIUM && \
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile $(ARGS)

lint: $(TOOLS) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(TOOLS) ## Mend style and format where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(PEERS) ## Measure speed against its floors
	$(BIN)/python -m benchmarks $(ARGS)

lock: ## Write the lock files anew (needs uv; ARGS=--upgrade for newer versions)
	scripts/lock $(ARGS)

clean: ## Remove .venv and caches; .segops, which holds data, stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock requirements-torch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is none of them. Name one: make PYTHON=python3.13" >&2; \
		exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 2; }
	@echo "Installing into .venv, which takes a few minutes the first time ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP_INSTALL) --require-hashes --no-deps -r requirements.lock
	@$(PIP_INSTALL) -r requirements-torch.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

$(PEERS): $(TOOLS) requirements-bench.lock
	@echo "Installing what benchmarks measure beside ..."
	@$(PIP) install --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

$(TOOLS): $(RUNTIME) requirements-dev.lock
	@echo "Installing the tools for tests and linting ..."
	@$(PIP_INSTALL) --require-hashes --no-deps -r requirements-dev.lock
	@$(COMPILE)
	@touch $@
