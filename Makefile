# The commands of this project; `make` alone prints them.

PYTHON ?= python3
RUN    := .venv/bin/python -E
# One process more than there are cores, since tests wait for kernels and browsers.
TESTERS := $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)
PYTEST := -I -m pytest --numprocesses=$(TESTERS) --maxprocesses=4 --dist=loadscope

# What a shell sets for another Python and pip. PYTHONPATH may name a student's own modules: kernels see them, last.
unexport $(filter-out PYTHONPATH,$(filter PYTHON%,$(.VARIABLES))) PIP_USER PIP_TARGET PIP_PREFIX

.DEFAULT_GOAL := help
.PHONY: help lab fresh test test-fast lint portable refresh record bench picture sheets lock clean environment

help:  ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

lab: environment  ## open JupyterLab at your copy of the first lesson, in my_course/
	@$(RUN) -c 'import pathlib; pathlib.Path.home()' 2>/dev/null || export HOME=/nonexistent; \
	    $(RUN) -I -m jupyterlab --config=jupyter/jupyter_lab_config.py

fresh: environment  ## put a clean lesson into my_course/ (ONLY=02); your file is kept
	@$(RUN) -m bn_helpers.my_course --fresh $(or $(ONLY),nothing)

test: environment lint  ## run every test: the helpers, the stored notebooks, the browser
	$(RUN) tools/find_chromium.py
	$(RUN) $(PYTEST)

test-fast: environment lint  ## run the tests that need no browser
	$(RUN) $(PYTEST) -m "not browser"
	@echo "The browser tests were left out; 'make test' runs them too."

lint: environment
	@$(RUN) tools/lint.py

portable: environment  ## run lessons and tests as other machines would (ONLY="shaken-0 loops" for some rows)
	$(RUN) tools/portable.py $(ONLY)

refresh: environment  ## execute the lessons from a fresh kernel and store them (ONLY=path for one)
	$(RUN) tools/refresh.py $(or $(ONLY),$$($(RUN) tools/lessons.py))

record: environment  ## run what is too long for a lesson, and store what the lessons read
	for script in data/recorded/*.py; do $(RUN) "$$script" || exit 1; done

bench: environment  ## measure the speed, and write the tables of benchmarks/README.md (ONLY="lessons" for some)
	$(RUN) -m benchmarks $(ONLY)

picture: environment  ## draw the README's moving picture anew
	$(RUN) tools/readme_picture.py

sheets: environment  ## write one page to print for each lesson, into build/sheets/
	$(RUN) tools/sheets.py

# rfc3987-syntax checks addresses that nothing here has, and makes each start of Python with nbformat 1 s longer.
lock: environment  ## choose the newest versions anew and write requirements.lock
	$(RUN) -I -m pip install --quiet uv
	$(RUN) -I -m uv pip compile pyproject.toml --output-file requirements.lock --extra lab --extra test \
	    --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --upgrade \
	    --no-emit-index-url --no-emit-find-links --no-annotate --quiet \
	    --no-emit-package rfc3987-syntax --no-emit-package lark --custom-compile-command "make lock"

clean:  ## remove the environment and caches (never a notebook, a prediction or my_course/)
	rm -rf .venv .venv.lock build .pytest_cache .ruff_cache .hypothesis

environment:
	@if $(RUN) -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null; then $(RUN) tools/environment.py; \
	elif command -v "$(PYTHON)" >/dev/null; then "$(PYTHON)" -E tools/environment.py; \
	else echo "This course needs Python 3.11 or newer; $(PYTHON) is not there. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; fi
