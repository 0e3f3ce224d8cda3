# `make run` and `make test` do all the set-up they need; `make help` lists the rest.
#
# Each finished step leaves a stamp in .venv, so that a second call starts at once.

VENV := .venv
BIN := $(VENV)/bin
PACKAGE := build/env
PYTHON :=
ARGS :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run setup test bench bench-million proof fuzz interchange mutate package lock texts clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10
	@echo
	@echo 'ARGS="…" goes to the program (run), to pytest (test, bench, proof, fuzz) or names modules (mutate).'
	@echo 'PYTHON=/path/to/python3.12 chooses the interpreter of a new $(VENV).'

run: $(VENV)/.run ## open the window; ARGS=--help tells the options
	@$(BIN)/python main.py $(ARGS)

setup: $(VENV)/.dev ## everything for developing, in .venv

# The files of tests run beside each other, the longest first; ARGS=-n0 takes one after the other.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder

# An interrupt ends pytest in order; a run that hangs even then is killed.
test: $(VENV)/.dev $(VENV)/.system-test ## every test and every check
	@timeout --foreground --signal=INT --kill-after=60 4500 $(BIN)/python -m pytest -m "not bench and not proof and not million and not interchange and not fuzz" $(SPREAD) $(ARGS)

bench: $(VENV)/.dev ## measure speed and memory beside their floors
	@$(BIN)/python -m pytest tests/benchmarks -m bench -s $(ARGS)

bench-million: $(VENV)/.dev ## the same with 1,000,000 tasks, half an hour; TASKS=20000 tries it
	@TASKS=$(TASKS) $(BIN)/python -m pytest tests/benchmarks -m million -s $(ARGS)

proof: $(VENV)/.dev $(VENV)/.system-test ## the long proofs: kills, faults, quits
	@$(BIN)/python -m pytest tests/benchmarks tests/e2e -m proof -s $(ARGS)

fuzz: $(VENV)/.dev ## changed input from outside, half an hour; MINUTES=5 takes less
	@MINUTES=$(MINUTES) $(BIN)/python -m pytest tests/fuzz -m fuzz -s $(ARGS)

interchange: $(VENV)/.dev $(VENV)/.system-test ## our exports before the programs of others, their figures into docs/interchange.md
	@$(BIN)/python -m pytest tests/interchange -m interchange $(ARGS)

mutate: $(VENV)/.dev ## which small changes of the program no test notices; up to an hour
	@$(BIN)/python -m tests.mutation.run $(ARGS)

package: $(PACKAGE)/.packages ## build and check installers in dist/; ARGS=--site=https://…
	@$(PACKAGE)/bin/python packaging/build.py $(ARGS)

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate

lock: $(VENV)/.uv ## renew the locked versions; ARGS=--upgrade takes the newest
	$(COMPILE) $(ARGS) pyproject.toml -o requirements.lock
	$(COMPILE) $(ARGS) pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) $(ARGS) pyproject.toml --group package -o requirements-package.lock
	echo uv | $(COMPILE) $(ARGS) --python-version 3.11 - -o requirements-uv.lock

texts: $(VENV)/.dev ## renew what translators begin with, the formats of regions, and what shells complete
	@$(BIN)/python packaging/texts.py
	@$(BIN)/python packaging/completion.py

clean: ## remove .venv and what was built
	rm -rf $(VENV) build dist mutants .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up --------------------------------------------------------------------------------------

$(VENV)/pyvenv.cfg:
	@python=$$(sh packaging/linux/find-python.sh "$(PYTHON)") && \
	sh packaging/linux/system-packages.sh run "$$python" && \
	echo "Making $(VENV) with $$python" && \
	"$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.uv: requirements-uv.lock | $(VENV)/pyvenv.cfg
	@sh packaging/linux/find-python.sh $(BIN)/python >/dev/null
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r $<
	@touch $@

$(VENV)/.system-run: packaging/linux/system-packages.sh | $(VENV)/pyvenv.cfg
	@sh $< run
	@touch $@

$(VENV)/.system-test: packaging/linux/system-packages.sh | $(VENV)/pyvenv.cfg
	@sh $< test
	@touch $@

$(VENV)/.system-package: packaging/linux/system-packages.sh | $(VENV)/pyvenv.cfg
	@sh $< package
	@touch $@

INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

$(VENV)/.run: requirements.lock $(VENV)/.system-run | $(VENV)/.uv
	@echo 'Installing what the program needs'
	@$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

# The program itself is built by the hatchling of the lock, hence without build isolation.
$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.run
	@echo 'Installing what the tests need'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# What is frozen comes from an environment that holds nothing else.
$(PACKAGE)/.packages: requirements-package.lock $(VENV)/.system-package | $(VENV)/.uv
	@echo 'Installing what the installers are built with'
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(PACKAGE)
	@$(BIN)/uv pip install --quiet --python $(PACKAGE)/bin/python --require-hashes -r $<
	@touch $@
