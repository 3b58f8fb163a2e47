# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target does its own set-up; `make help` lists them.  Nothing outside this folder is changed, except by
# `make molecule` (see extensions/molecule/README.md) and a file that ansible-test looks for in the home folder.

PYTHON ?= python3
VENV ?= .venv
CACHE := .cache
LOG := $(CACHE)/log
LINK := collections/ansible_collections/ae_ops/migration
STAMP := $(VENV)/.requirements-installed
BIN := $(CURDIR)/$(VENV)/bin
PYTEST := $(BIN)/python -m pytest -p no:pytest-ansible -rs --durations=10
WORKERS ?= 2

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/collections
export ANSIBLE_HOME ?= $(CURDIR)/$(CACHE)/ansible
export ANSIBLE_LOCALHOST_WARNING := false
export PATH := $(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# With them each Python compiles everything anew, and reads a module from Ansible's pipe byte by byte.
unexport PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help venv variables test test-unit oldest-core test-e2e keycloak-dist test-keycloak sanity lint molecule lab lab-down demo docs build changelog bench clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1 - \2/p' $(MAKEFILE_LIST) | awk -F' - ' '{printf "%-18s %s\n", $$1, $$2}'

venv: $(STAMP) ## Make the virtual environment (PYTHON=... chooses its Python, 3.11 or later)

$(STAMP): $(wildcard requirements/*.txt)
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"Python 3.11 or later is needed to work on the collection, $(PYTHON) is {v[0]}.{v[1]}; say which with: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -r requirements/dev.txt
	@touch $@

# The name under which Ansible, mypy and the tests import this checkout.
$(LINK):
	@mkdir -p $(@D) && ln -s ../../.. $@

READY := $(STAMP) $(LINK)
OLDEST := $(CACHE)/oldest-core/bin/ansible-playbook

variables: $(READY) ## Write what comes from the declared variables: argument specs, README tables, inventory.example
	@$(BIN)/python -m tools.variables

# The longest first.  The e2e tests leave the processors free now and then, so everything else runs beside them.
test: $(READY) ## Unit and e2e tests, sanity, molecule, lint, two of them side by side; logs are in .cache/log (MORE=... adds targets)
	@$(BIN)/python tools/run_parts.py --log-dir $(LOG) --make "$(MAKE)" test-e2e test-unit $(MORE) sanity molecule lint

test-unit: $(READY) ## Unit tests
	@mkdir -p $(LOG)
	@$(PYTEST) -n $(WORKERS) --dist loadscope --junitxml=$(LOG)/test-unit.xml tests/unit

$(OLDEST): requirements/oldest.txt
	@$(PYTHON) -m venv $(CACHE)/oldest-core && $(CACHE)/oldest-core/bin/python -m pip install --quiet -r $< && touch $@

oldest-core: $(OLDEST) ## The oldest ansible-core that is supported, in .cache, for its end-to-end test

test-e2e: $(READY) $(OLDEST) ## End-to-end tests: real ansible-playbook runs against the lab
	@mkdir -p $(LOG)
	@if [ -d tests/e2e ]; then $(PYTEST) -n $(WORKERS) --dist loadscope --junitxml=$(LOG)/test-e2e.xml tests/e2e; \
	else echo "test-e2e: there is no tests/e2e"; fi

keycloak-dist: ## The real Keycloak, built once, in .cache (needs Java 17 and Maven)
	@$(PYTHON) tools/keycloak_dist.py $(CACHE)

test-keycloak: $(READY) keycloak-dist ## Identity tests and a migration against a real Keycloak (needs Java 17 and Maven)
	@mkdir -p $(LOG)
	@$(PYTEST) --junitxml=$(LOG)/test-keycloak.xml tests/keycloak

sanity: $(READY) ## ansible-test sanity, without containers and without ignore files
	@tools/sanity.sh $(BIN) $(CACHE)

lint: $(READY) ## ansible-lint, antsibull-docs, antsibull-changelog, ruff, mypy, vulture, action group, variables
	@tools/lint.sh $(CACHE)

molecule: $(READY) ## The roles and playbooks against a real sshd on loopback (as root)
	@tools/molecule.sh $(CACHE)

lab: $(READY) ## Start the emulated AE4 sites and AE5 cluster
	@$(BIN)/python -m tests.lab up --dir $(CACHE)/lab

lab-down: $(READY) ## Stop them
	@$(BIN)/python -m tests.lab down --dir $(CACHE)/lab

demo: $(READY) ## Migrate the demo world from end to end
	@$(BIN)/python -m tests.lab.demo

docs: $(READY) ## Documentation pages of all modules and roles, in .cache/docs
	@rm -rf $(CACHE)/docs && mkdir -p $(CACHE)/docs
	@$(BIN)/antsibull-docs collection --use-current --squash-hierarchy --dest-dir $(CACHE)/docs ae_ops.migration
	@echo "docs: $$(find $(CACHE)/docs -name '*.rst' | wc -l) pages in $(CACHE)/docs"

build: $(READY) ## The collection's archive, in .cache/build
	@mkdir -p $(CACHE)/build
	@$(BIN)/ansible-galaxy collection build --force --output-path $(CACHE)/build

changelog: $(READY) ## Bring CHANGELOG.rst up to date with changelogs/ and the modules there are
	@tools/changelog.sh $(CACHE)

bench: $(READY) ## Measure planning and the way of notebook projects: seconds and memory, on this machine
	@$(BIN)/python tests/bench/bench_plan.py
	@$(BIN)/python tests/bench/bench_notebooks.py

clean: ## Remove the virtual environment, caches and logs (stops the lab first)
	@if [ -e $(CACHE)/lab ] && [ -x $(BIN)/python ]; then $(BIN)/python -m tests.lab down --dir $(CACHE)/lab || true; fi
	rm -rf $(VENV) $(CACHE) collections .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/output
