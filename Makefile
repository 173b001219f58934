# Every target does its own set-up in .venv: with uv where it is present, else with venv and pip.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto

.PHONY: demo test lint bench clean

demo: .venv/.ready
	@$(BIN)/glmcode demo

test: .venv/.ready
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.ready
	$(BIN)/python -m pytest -o addopts="--import-mode=importlib" $(or $(ARGS),tests/bench)

.venv/.ready: pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python '>=3.11' .venv && uv pip install --quiet --python $(BIN)/python -e '.[dev]'; \
	else \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "glmcode needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 2; }; \
	  $(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv: install uv, or on Debian: apt-get install python3-venv" >&2; exit 2; }; \
	  $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'; \
	fi
	@# Bytecode now, also where the environment forbids writing it later: it saves a third of every start.
	@$(BIN)/python -m compileall -q glmcode .venv/lib 2>/dev/null || true
	@touch $@

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache
