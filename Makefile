# Every target sets up what it needs by itself: uv goes into .venv, nothing is installed globally.
# `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint format bench chaos clean

PYTHON ?= python3
PORT ?= 8787
DATA ?= data/demo
ARGS ?=
KILLS ?= 100
MESSAGES ?= 1000
DB ?= postgresql
UV := $(CURDIR)/.venv/bin/uv
RUN := $(UV) run --frozen --all-extras

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Faultline needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"

.venv/.installed: .venv/bin/uv pyproject.toml uv.lock
	@# --inexact: uv itself was put into this environment by pip and must survive the sync.
	$(UV) sync --frozen --all-extras --inexact --quiet
	@touch $@

setup: .venv/.installed ## Create .venv with everything the project needs

demo: setup ## Start the bot and a local Slack with a real incident (PORT=8787, DATA=data/demo)
	@exec .venv/bin/faultline demo --port $(PORT) --data $(DATA)

run: setup ## Start the bot against your own Slack; settings come from the environment or .env
	@exec .venv/bin/faultline run $(ARGS)

lint: setup ## Style, types, import directions, the pilot catalog
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/faultline lint catalog/

format: setup ## Rewrite the code in the house's format
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

test: lint ## Lint, types, imports and every test on SQLite and PostgreSQL (ARGS= goes to pytest)
	.venv/bin/pytest $(ARGS)

bench: setup ## Measure speed and memory through the local Slack; prints the figures
	.venv/bin/python -m benchmarks.answer_times $(ARGS)

chaos: setup ## Kill the bot while it delivers and count in Slack (KILLS=100 MESSAGES=1000 DB=postgresql|sqlite)
	.venv/bin/python -m benchmarks.chaos --kills $(KILLS) --messages $(MESSAGES) --database $(DB) $(ARGS)

clean: ## Remove the environment and the demo's data
	rm -rf .venv data/demo
