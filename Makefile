# Everything goes through .venv; `make demo` and `make test` install into it what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ENCODER := $(VENV)/.encoder
ARGS ?=
SUITE = $(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help dev demo test test-slow check format lint type bench eval ingest chat serve ui report hooks screenshots walkthrough docs clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "sre-tui needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; the encoder makes it a few minutes) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' >&2
	@touch $@

# The tests embed with an export of the model, which each of their runs would wait for otherwise,
# and each worker of the first run would compile every test for itself. What cannot be collected
# the run itself reports.
$(ENCODER): $(INSTALLED) $(wildcard index/*.py)
	@echo "Exporting the encoder for the tests and compiling them (once, about 45 s) ..." >&2
	@$(BIN)/python -m tests.encoder
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -q >/dev/null || true
	@touch $@

dev: $(INSTALLED) $(ENCODER) ## Install for development

demo: $(INSTALLED) ## Start the simulated homelab with an incident: the app in a terminal, an answer in a pipe
	@$(BIN)/sre index status >/dev/null 2>&1 || \
		echo "building the runbook index, about 20 s, once" >&2
	@$(BIN)/sre index build --quiet
	@$(BIN)/sre demo tour $(ARGS)

# Without bytecode every worker and every process would compile all that it imports again.
test test-slow: export PYTHONDONTWRITEBYTECODE =
test: $(ENCODER) ## Run the suite
	@$(BIN)/python -m tests.real.prometheus_binary
	$(SUITE) $(ARGS)

test-slow: $(ENCODER) ## Run what takes too long for the suite: accuracy, and more homelabs
	$(SUITE) -m slow $(ARGS)

check: format lint type test test-slow ## Format, lint, types, architecture, tests: what must pass before a commit lands

format: $(INSTALLED) ## Check the formatting
	$(BIN)/ruff format --check .

lint: $(INSTALLED) ## Lint, and check the floors of the architecture
	$(BIN)/ruff check .
	$(BIN)/lint-imports

type: $(INSTALLED) ## Strict types over source and tests
	$(BIN)/mypy

bench: $(INSTALLED) ## Measure the speed budgets as ratios to their floors
	$(BIN)/python -m benchmarks $(ARGS)

eval: $(INSTALLED) ## Measure diagnosis and answers on incidents whose truth is known
	@$(BIN)/sre eval $(ARGS)

ingest: $(INSTALLED) ## Build the runbook index
	$(BIN)/sre index build $(ARGS)

chat: $(INSTALLED) ## Chat in the terminal
	@$(BIN)/sre chat $(ARGS)

ui: $(INSTALLED) ## Open the full-screen app
	@$(BIN)/sre tui $(ARGS)

screenshots: $(INSTALLED) ## Draw the README's screenshots from the demo
	$(BIN)/python -m docs.make_screenshots

walkthrough: $(INSTALLED) ## Walk through every scenario in the app again, some 15 minutes
	$(BIN)/python -m docs.make_walkthrough $(ARGS)

docs: screenshots ## Write the references of commands and tools, and draw the screenshots
	$(BIN)/python -m commands.reference > docs/cli.md
	$(BIN)/python docs/make_tools.py > docs/tools.md
	$(BIN)/python docs/make_readme.py
	$(BIN)/python docs/make_demo.py

serve: ## The HTTP server
	@echo "make serve: there is no HTTP server yet" >&2; exit 2

report: $(INSTALLED) ## Make the weekly report
	@$(BIN)/sre report $(ARGS)

hooks: $(INSTALLED) ## Let git check format, lint and types before each commit
	@printf '#!/bin/sh\nexec make format lint type\n' > "$$(git rev-parse --git-path hooks)/pre-commit"
	@chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"
	@echo "installed the pre-commit hook" >&2

clean: ## Remove what can be made again
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
