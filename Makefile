# The front door. `make chat` and `make test` need only Python 3.10 to 3.13, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COLLECTION := data/daily_papers

.DEFAULT_GOAL := help
.PHONY: help chat test test-all test-browser check docs eval bench train audit lock release clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

chat: $(VENV)/installed ## Install, index the default collection and serve the chat page
	@$(BIN)/askpapers serve

test: $(VENV)/installed-dev ## Install and run the tests; with COVER=1 they must reach the coverage that pyproject.toml asks for
	@$(BIN)/python -m pytest -n 2 --dist loadscope $(if $(COVER),--cov --cov-report=)

test-all: $(VENV)/installed-dev ## The slow tests too
	@$(BIN)/python -m pytest -m 'not browser'

test-browser: $(VENV)/installed-dev ## The page in a real browser (chromium; axe-core by npm where there is npm)
	@$(PIP) install -q --progress-bar off -c constraints.txt -e '.[browser]'
	@if command -v npm >/dev/null; then npm install --silent --no-save --no-package-lock axe-core@4; fi
	@$(BIN)/python -m pytest -m browser

eval: $(VENV)/installed ## Score the extractive answerer on the test questions, and gate it against the baseline
	@$(BIN)/askpapers index --home build/eval-home $(COLLECTION)
	@$(BIN)/python -m eval run --home build/eval-home --split test --no-baselines --fresh --out build/eval
	@$(BIN)/python -m eval gate --baseline tests/eval/baseline.json --run build/eval

check: $(VENV)/installed-dev ## Lint, complexity, docstrings, format, types, and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo

docs: $(VENV)/installed ## Write docs/cli.md and docs/formats.md anew from the commands and the readers
	@$(BIN)/python -m docs.make_cli
	@$(BIN)/python -m docs.make_formats

bench: $(VENV)/installed ## Repeat the small speed benchmarks, PASS or the distance to each goal at the end (docs/benchmarks.md)
	@$(BIN)/python -m bench.indexing --no-starter
	@$(BIN)/python -m bench.asking
	@$(BIN)/python -m bench.cold
	@$(BIN)/python -m bench.large
	@$(BIN)/python -m bench.goals

train: $(VENV)/installed ## Train on FOLDER the question side, its calibration and the kinds (training/README.md)
	@test -f "$(FOLDER)/questions.jsonl" || { echo "make train FOLDER=...: a folder with papers.jsonl and questions.jsonl" >&2; exit 2; }
	@$(BIN)/python -m training.train "$(FOLDER)"
	@$(BIN)/python -m training.calibrate "$(FOLDER)" $(COLLECTION) build/held.safetensors
	@$(BIN)/python -m training.intents "$(FOLDER)" --check training/intents_held.jsonl
	@$(BIN)/python -m training.elliptical "$(FOLDER)" --check training/turns_held.jsonl

audit: $(VENV)/installed-dev ## Known holes in the tested versions, and the licences of what is installed (asks PyPI)
	@$(PIP) install -q --progress-bar off pip-audit pip-licenses
	@$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip --progress-spinner off
	@$(BIN)/pip-licenses --order license --format markdown

lock: $(VENV)/installed-dev ## Resolve the tested versions anew into constraints.txt
	@$(PIP) install -q uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.10 --all-extras --no-header --no-annotate \
	    --no-emit-index-url -c pins.txt pyproject.toml | grep -vE '^(nvidia-|cuda-|triton)' > constraints.new
	@mv constraints.new constraints.txt

release: $(VENV)/installed-dev ## Build, check and tag a release (publishes nothing)
	@$(PIP) install -q --progress-bar off build twine
	@$(BIN)/python -m deploy.release

clean: ## Remove the environment and caches; never the index
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/python-ready:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 10) <= v < (3, 14) and "Python 3.10 to 3.13 is needed, this is %d.%d: make PYTHON=python3.12 ..." % v[:2])'
	@$(PYTHON) -m venv "$(VENV)"
	@touch $@

$(VENV)/installed: $(VENV)/python-ready pyproject.toml constraints.txt
	@echo "installing (once; a few minutes)" >&2
	@$(PIP) install -q --progress-bar off -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(PIP) install -q --progress-bar off -c constraints.txt -e '.[dev]'
	@touch $@
