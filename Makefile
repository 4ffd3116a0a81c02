# What people do here. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DATA ?= .gardenos
BIN := .venv/bin
# pytest's own words, for instance: make test ARGS="-k import"
ARGS ?=

export PORT DATA

packages := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml)

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: up
up: .venv/ready web/dist/ready ## Everything on this machine, at http://127.0.0.1:8000 (PORT=, DATA=.gardenos)
	@exec $(BIN)/gardenos up --with-parent

.PHONY: test
test: .venv/ready web/dist/ready ## Every test: ours in Python, the web client's, and the journeys through both
	@deploy/local/test $(ARGS)

.PHONY: check
check: .venv/ready web/node_modules/ready ## Lint, types, walls between packages, and the web client's own
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy libs services cli
	$(BIN)/lint-imports
	$(BIN)/gardenos contracts check
	cd web && npm run --silent check

.PHONY: bench
bench: .venv/ready ## The measurements, each beside its baseline: one JSON line a measure
	@$(BIN)/python -m bench $(ARGS)

.PHONY: chaos
chaos: .venv/ready ## Faults of every kind on real parts under load, and what was lost (SECONDS=300, SEED= of an earlier run)
	@PYTHONPATH=e2e $(BIN)/python -m chaos $(addprefix --seconds=,$(SECONDS)) $(addprefix --seed=,$(SEED)) $(ARGS)

.PHONY: web
web: web/dist/ready ## The web client, built

.PHONY: api
api: .venv/ready web/node_modules/ready ## The API's document from the services, and the web client's types from that
	@$(BIN)/gardenos openapi --output web/openapi.json
	@cd web && npm run --silent types

.PHONY: contracts
contracts: .venv/ready ## Keep the schemas of new events and versions as published
	@$(BIN)/gardenos contracts publish

.PHONY: lock
lock: ## Resolve requirements.in anew into requirements.lock, and each service's lock from that
	@deploy/local/setup uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" $(ARGS) --output-file requirements.lock requirements.in
	@deploy/lock

include deploy/helm/charts.mk

# Each step leaves a stamp, so that a second start does nothing twice.
.venv/ready: requirements.lock $(packages)
	@deploy/local/setup python
	@touch $@

web/node_modules/ready: web/package.json web/package-lock.json
	@deploy/local/setup node
	@touch $@

web/dist/ready: web/node_modules/ready $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@deploy/local/setup web
	@touch $@
