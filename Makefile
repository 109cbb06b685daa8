# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860
# Processes that share the tests.
WORKERS ?= 2

.PHONY: run test index eval typeset lint release audit sbom clean

run: $(VENV)/.installed  ## Install, index what has changed, open the chat on localhost.
	-@$(BIN)/pvd-assistant index
	@$(BIN)/pvd-assistant serve --host $(HOST) --port $(PORT)

# Two processes test: numpy's products take one thread in each, as in the commands.
test: export OPENBLAS_NUM_THREADS ?= 1
test: $(VENV)/.installed-dev  ## Install, check style and types, run every test.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not browser"
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m browser

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

index: $(VENV)/.installed
	$(BIN)/pvd-assistant index

eval: $(VENV)/.installed
	$(BIN)/pvd-assistant eval answers $(QUESTIONS)

typeset: $(VENV)/.installed-dev  ## Typeset the PDFs of the corpus from their Markdown sources.
	$(BIN)/python corpus/typeset.py

release: $(VENV)/.installed-dev  ## Check, test, build the archives and their checksums; sends nothing.
	$(BIN)/python scripts/release.py

sbom: $(VENV)/.installed-dev  ## List what is installed with its licences (CycloneDX), and the licences to read.
	$(BIN)/python scripts/sbom.py > sbom.json
	-$(BIN)/python scripts/sbom.py --check

audit: $(VENV)/.installed  ## Look for known weaknesses of the pinned versions; needs pip-audit and the internet.
	@$(PYTHON) -m pip_audit --version >/dev/null 2>&1 || \
		{ echo "Install pip-audit first: $(PYTHON) -m pip install pip-audit"; exit 2; }
	@$(PYTHON) -m pip_audit --disable-pip --no-deps -r constraints.txt || \
		{ echo "A weakness is listed above, or the advisories could not be reached (they are on the internet)."; exit 1; }

clean:
	rm -rf $(VENV) index/CURRENT index/gen-* index/cache

# torch comes first, at the pinned version: any other one pulls gigabytes of GPU libraries.
$(VENV)/.torch: constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
