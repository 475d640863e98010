# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test check unit lint clean help

help: ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $$($(PYTHON) --version) was found. Give one: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "The environment cannot be made. On Debian and Ubuntu: apt install python3-venv"; exit 2; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt tools/dev-requirements.sh | $(BIN)/python
	bash tools/dev-requirements.sh $(BIN)/python
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed ## Install, open the demo evidence base and serve it (ARGS=--build-only stops after building)
	$(BIN)/whatworks demo --folder .demo $(ARGS)

lint: $(VENV)/.dev ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.dev ## Unit, property and spec tests
	$(BIN)/pytest -q -n 2 tests/unit tests/properties tests/spec

check: lint unit ## What to run before a commit

test: $(VENV)/.dev lint ## Everything: install what tests need, lint, types, contracts, all tests
	bash tools/test-needs.sh
	$(BIN)/pytest -n 2

clean: ## Remove what was made here
	rm -rf $(VENV) .demo dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
