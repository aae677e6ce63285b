# The commands of a working day. `make demo` and `make test` set everything up by themselves.
PYTHON ?= python3
CORES := $(shell nproc)
# Half of what tests do is wait for answers on real sockets.
WORKERS ?= $(shell expr 2 '*' $(CORES))
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test check ruff format mypy contracts fingerprints pages unit bench accuracy docs lock new-probe new-vendor clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $(READY)

demo: $(READY)       ## Start the lab, scan it, write demo/inventory.*
	$(BIN)/python tools/demo.py

test: $(READY) check unit    ## Everything that must hold

check: $(READY)      ## Linters, types, import contracts, side by side
	@$(MAKE) --no-print-directory --jobs=$(CORES) --output-sync=target mypy ruff format contracts fingerprints pages

ruff format mypy contracts fingerprints pages: $(READY)
ruff:
	$(BIN)/ruff check .
format:
	$(BIN)/ruff format --check .
mypy:
	$(BIN)/mypy
contracts:
	$(BIN)/lint-imports
fingerprints:
	$(BIN)/camfinder fingerprints check
pages:
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/supported.py --check

unit: $(READY)       ## Tests; WORKERS=1 for one after the other
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

bench: $(READY)      ## Performance figures
	$(BIN)/python benchmarks/run.py

accuracy: $(READY)   ## Accuracy on ../shared/corpus
	$(BIN)/python tools/accuracy.py

docs: $(READY)       ## Pages that are generated from the code
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/supported.py

lock:                ## Resolve requirements.lock anew (needs uv)
	uv pip compile --quiet pyproject.toml --extra dev --generate-hashes \
	  --no-header --no-annotate --upgrade -o requirements.lock

new-probe: $(READY)  ## make new-probe NAME=acme
	$(BIN)/python tools/new.py probe $(NAME)

new-vendor: $(READY) ## make new-vendor NAME=acme
	$(BIN)/python tools/new.py vendor $(NAME)

clean:
	rm -rf .venv demo dist .mypy_cache .ruff_cache .import_linter_cache
