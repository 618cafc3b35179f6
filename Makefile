# Everything a checkout can do. Needs Python 3.11+ and make; the rest is installed into .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: demo test test-long check bench bench-batch bench-images bench-memory bench-provenance bench-render bench-store bench-story bench-trigger up down status lock format clean
.DEFAULT_GOAL := demo

demo: $(READY) ## make a narrated, captioned video from examples/apollo-11.md
	$(BIN)/media-factory make examples/apollo-11.md --out out/apollo-11

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not long"

test-long: $(READY) ## run the tests that take minutes, on real servers
	$(BIN)/python -m pytest -m long

check: $(READY) ## format, lint, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: bench-story bench-images bench-memory bench-store bench-provenance ## run the benchmarks but the longest, bench-render

bench-story: $(READY) ## measure a story's first and second making
	$(BIN)/python -m benchmarks.story

bench-batch: $(READY) ## measure a batch against one Prefect task per stage, on a real server
	$(BIN)/python -m benchmarks.batch

bench-images: $(BENCH_READY) ## measure picture formats at equal quality
	$(BIN)/python -m benchmarks.images

bench-memory: $(READY) ## measure the memory that a long story takes
	$(BIN)/python -m benchmarks.memory

bench-provenance: $(READY) ## measure what signing a film costs
	$(BIN)/python -m benchmarks.provenance

bench-render: $(BENCH_READY) ## measure rendering against the encoder alone, and MoviePy against both
	$(BIN)/python -m benchmarks.render

bench-store: $(READY) ## measure the S3 store against boto3 alone, and the memory that 1 GiB takes
	$(BIN)/python -m benchmarks.store

bench-trigger: $(READY) ## measure how long a run takes from the API call to its first stage
	$(BIN)/python -m benchmarks.trigger

up: $(READY) ## start a Prefect server, workers and a media server, until Ctrl-C
	$(BIN)/media-factory up

down: $(READY) ## stop what `make up` started, from another terminal
	$(BIN)/media-factory down

status: $(READY) ## show what runs, what waits and what comes next
	$(BIN)/media-factory status

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY) ## write all lock files anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile --group bench -c requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements-bench.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras -c requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o deployments/docker/requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Media Factory needs Python 3.11 or newer; say which: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $(READY)

$(BENCH_READY): requirements-bench.lock $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	touch $(BENCH_READY)

clean:
	rm -rf $(VENV) out
