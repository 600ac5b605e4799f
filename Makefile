# Every command makes the environment `.venv` first, if need be, with nothing but Python's own venv and pip.
# Another Python: make demo PYTHON=python3.13

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WHAT ?=
# Tests wait for real servers half of their time: three of them for two processors.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)')

.PHONY: demo test check format keys pictures bench campaign scoreboard clean

# The practice desk: a made-up company and its mail. Without a terminal it prints the queue as plain lines.
demo: .venv/ready
	@$(BIN)/deskterm demo

test: .venv/ready-to-work
	@$(BIN)/python -m pytest -n $(WORKERS) $(WHAT)

check: .venv/ready-to-work
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache --no-logo

format: .venv/ready-to-work
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# The key table of the README, from the list of actions.
keys: .venv/ready-to-work
	@$(BIN)/python -m tests.readme

# The pictures the tests compare with, and the one in the README. Look at what changed before it is committed.
pictures: .venv/ready-to-work
	@$(BIN)/python -m pytest tests/pictures --snapshot-update $(WHAT)
	@$(BIN)/python -m tests.readme picture

# One benchmark: make bench WHAT=due; of a mailbox of 10,000 letters: make bench WHAT=firstsync N=10000
bench: .venv/ready-to-work
	@$(BIN)/python -m tests.bench $(WHAT)

# Random faults with seeds, about five minutes; make campaign WHAT="--classes SO --seconds 3600" for more.
campaign: .venv/ready-to-work
	@$(BIN)/python -m tests.campaign $(WHAT)

# The table of faults in CONTRIBUTING.md, from a run of every test that carries a number.
scoreboard: .venv/ready-to-work
	@$(BIN)/python -m tests.campaign scoreboard $(WHAT)

clean:
	rm -rf .venv build dist .ruff_cache .hypothesis

# What the program needs. hatchling and editables come first and by hand, so that they too have the
# version of constraints.txt and a second run needs no network.
.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { \
	  echo "deskterm needs Python 3.11 to 3.14 and $(PYTHON) is another one; try: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv (once, about a minute) ..." >&2; $(PYTHON) -m venv .venv; }
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

# What working on it needs besides.
.venv/ready-to-work: .venv/ready
	@echo "Adding the tools of the workshop to .venv ..." >&2
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@
