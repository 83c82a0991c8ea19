# Needs make and Python 3.11 or newer; everything else is installed into .venv.
PORT ?= 8000
PYTHON ?= $(shell sh tools/find-python.sh)
# Interpreters of pyenv that PATH does not name: tox finds them by their names.
space := $(subst ,, )
PYENV_BINS := $(subst $(space),:,$(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[123].*/bin))
RUN := .venv/bin/python
TOOLS_PATH := $(CURDIR)/.venv/bin:$(PATH)$(if $(PYENV_BINS),:$(PYENV_BINS))
export PORT
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test bench soak docs lint format wheels messages constraints \
	check-messages installed-demo installed-dev installed-bench

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: installed-demo ## the site on this machine, with sample data (PORT=8000)
	@exec $(RUN) tools/demo.py

demo-reset: installed-demo ## the same, starting over with fresh data
	@exec $(RUN) tools/demo.py --reset

test: installed-dev ## the whole suite (ENV=name for one environment of tox.ini)
	@PATH="$(TOOLS_PATH)" $(RUN) tools/test.py $(ENV)

bench: installed-bench ## measure the figures of DESIGN against their peers
	@$(RUN) bench/run.py

soak: installed-dev ## long runs with killed processes, checking the invariants
	@$(RUN) bench/soak.py

docs: installed-dev ## the documentation, into docs/_build/html
	@$(RUN) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

lint: installed-dev ## ruff, djade, mypy, import-linter
	@PATH="$(TOOLS_PATH)" $(RUN) tools/lint.py

format: installed-dev ## rewrite Python and templates into the house's form
	@PATH="$(TOOLS_PATH)" $(RUN) tools/lint.py --write

wheels: installed-dev ## the three packages, into dist/
	@$(RUN) tools/wheels.py

messages: installed-dev ## collect and compile the translations
	@PATH="$(TOOLS_PATH)" $(RUN) tools/messages.py

check-messages: installed-dev ## fail where a translation is missing or out of step
	@PATH="$(TOOLS_PATH)" $(RUN) tools/messages.py --check

constraints: installed-dev wheels ## resolve the pinned versions anew
	@PATH="$(TOOLS_PATH)" $(RUN) tools/constraints.py

installed-demo installed-dev installed-bench: installed-%:
	@$(if $(PYTHON),,echo "No Python 3.11 or newer was found; name one: make PYTHON=/path/to/python"; exit 1;) \
	$(PYTHON) tools/bootstrap.py $*
