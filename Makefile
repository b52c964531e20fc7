# Each target makes the virtual environment it needs; nothing but python3 (>= 3.11) with venv
# and make is taken for granted. The environment is made once per change of its two inputs.
PYTHON ?= python3
VENV ?= .venv
OUT ?= out
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Chinese file names and texts whatever the locale.
export PYTHONUTF8 = 1

.PHONY: help demo test browser verify lint bench clean

help:
	@echo "make demo    judge the invented sample county, results in $(OUT)/demo"
	@echo "make test    the test suite"
	@echo "make browser the pages in Chromium"
	@echo "make lint    ruff, mypy, import-linter"
	@echo "make verify  slow tests, then the measured figures into docs/verify.md"
	@echo "make bench   timings on synthetic national layers"
	@echo "make clean   remove $(VENV) and $(OUT)"

$(VENV)/.runtime: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install -c constraints.txt -e .
	@touch $@

# The list of tools is the "dev" group of pyproject.toml; Debian 12's pip cannot read groups.
$(VENV)/.dev: $(VENV)/.runtime
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' > $(VENV)/dev.txt
	$(PIP) install -c constraints.txt -r $(VENV)/dev.txt
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/minezone demo --out $(OUT)/demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m "not slow and not browser"

browser: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m "browser and not slow"

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n auto --dist loadgroup -m slow
	$(BIN)/python benchmarks/verify.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/verify.py --print

clean:
	rm -rf $(VENV) $(OUT)
