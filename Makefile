# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860

.PHONY: run test index eval typeset lint clean

run: $(VENV)/.installed  ## Install, index what has changed, open the chat on localhost.
	-@$(BIN)/pvd-assistant index
	@$(BIN)/pvd-assistant serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev  ## Install, check style and types, run every test.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

index: $(VENV)/.installed
	$(BIN)/pvd-assistant index

eval: $(VENV)/.installed
	$(BIN)/pvd-assistant eval answers $(QUESTIONS)

typeset: $(VENV)/.installed-dev  ## Typeset the PDFs of the corpus from their Markdown sources.
	$(BIN)/python corpus/typeset.py

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
