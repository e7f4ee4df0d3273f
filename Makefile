# Two commands: `make run` serves the product with a demo school, `make test` passes every test.
# Everything they need is set up by them; nothing has to be installed by hand before.

PORT ?= 8000
DATA ?= data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: setup setup-test run dev test test-long lint bench lock clean

setup: $(VENV)/.runs web/node_modules/.package-lock.json

setup-test: setup $(VENV)/.tests

$(VENV)/bin/pip:
	@scripts/needs.sh python $(PYTHON)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: requirements.txt pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runs
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@scripts/needs.sh node
	cd web && npm ci --silent
	@touch $@

run: setup
	$(BIN)/jiangtai serve --demo --port $(PORT) --data $(DATA)

# Like `make run`, started again whenever a source file changes.
dev: setup-test
	$(BIN)/watchfiles '$(BIN)/jiangtai serve --demo --port $(PORT) --data $(DATA)' \
		server media rehearsal web/templates web/js web/css web/locale

test: setup-test
	@scripts/needs.sh chromium gstreamer
	$(PYTEST) -m "not long" --durations=15
	cd web && npm run --silent check && npm run --silent test

test-long: setup-test
	@scripts/needs.sh chromium gstreamer libreoffice postgresql coturn
	$(PYTEST) --durations=30
	cd web && npm run --silent check && npm run --silent test

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd web && npm run --silent check

bench: setup-test
	$(BIN)/python -m bench

# Needs uv. Run after changing the dependencies in pyproject.toml.
LOCK := uv pip compile pyproject.toml --python-version 3.11 --universal --quiet \
	--generate-hashes --no-emit-index-url
lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra test --extra lint --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) build web/node_modules *.egg-info
