# The commands of this project; `make` alone prints them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help lab test test-fast lint portable refresh record picture lock clean

help:  ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

lab: $(READY)  ## open JupyterLab at the first lesson
	@$(BIN)/python -c 'import pathlib; pathlib.Path.home()' 2>/dev/null || export HOME=/nonexistent; \
	    $(BIN)/jupyter lab --config=jupyter/jupyter_lab_config.py

test: $(READY) lint  ## run every test: the helpers, the stored notebooks, the browser
	$(BIN)/python tests/find_chromium.py
	$(BIN)/python -m pytest

test-fast: $(READY) lint  ## run the tests that need no browser
	$(BIN)/python -m pytest -m "not browser"
	@echo "The browser tests were left out; 'make test' runs them too."

lint: $(READY)
	$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .

portable: $(READY)  ## run lessons and tests as other machines would (ONLY="shaken-0 loops" for some rows)
	$(BIN)/python tools/portable.py $(ONLY)

refresh: $(READY)  ## execute the lessons from a fresh kernel and store them (ONLY=path for one)
	$(BIN)/python tools/refresh.py $(or $(ONLY),$(wildcard notebooks/*.ipynb))

record: $(READY)  ## run what is too long for a lesson, and store what the lessons read
	for script in data/recorded/*.py; do $(BIN)/python $$script || exit 1; done

picture: $(READY)  ## draw the README's moving picture anew
	$(BIN)/python tools/readme_picture.py

lock: $(READY)  ## choose the newest versions anew and write requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --output-file requirements.lock --extra lab --extra test \
	    --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --upgrade \
	    --no-emit-index-url --no-emit-find-links --no-annotate --quiet --custom-compile-command "make lock"

clean:  ## remove the environment and caches (never a notebook or a prediction)
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "This course needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install make python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
