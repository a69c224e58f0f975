# async-patterns: `make help` lists what there is. Nothing is reinstalled or rebuilt when it is current.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install build run demo test test-quick proof lint format format-check type-check check clean \
	benchmark benchmark-full benchmark-resilience bench-patterns bench-load bench-acquire conformance mutation docs

# tests read it: REQUIRE_SERVICES=1 turns a skipped server test into a failure
export REQUIRE_SERVICES

STAMPS   := node_modules/.stamps
MANIFESTS := package.json package-lock.json packages/patterns/package.json packages/http/package.json
SOURCES  := $(shell find packages/patterns/src packages/http/src -type f -name '*.ts' 2>/dev/null)
CONFIGS  := tsconfig.json tsconfig.base.json packages/patterns/tsconfig.json packages/http/tsconfig.json
COPIED   := $(wildcard schemas/*.json) examples/shops.yaml
CLI      := node packages/http/dist/cli/main.js

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-20s %s\n", $$1, $$2 }'

install: $(STAMPS)/install ## the packages that the lock file names

$(STAMPS)/install: $(MANIFESTS)
	@node scripts/check-node.mjs
	JOBS=max npm ci --no-audit --no-fund
	@mkdir -p $(STAMPS) && touch $@

build: $(STAMPS)/build ## plain tsc output into each package's dist/

$(STAMPS)/build: $(STAMPS)/install $(SOURCES) $(CONFIGS) $(COPIED)
	npx tsc -b
	node scripts/bundle-patterns.mjs
	node scripts/package-files.mjs
	@mkdir -p $(STAMPS) && touch $@

run: build ## the main job: three mock shops acquired into out/
	@$(CLI) demo --output out

demo: build ## failures on purpose: what was expected, what seen
	@node scripts/demo.mjs

benchmark: build ## engines side by side, 5,000 requests each
	@$(CLI) bench --request-count 5000 --output benchmark_output.json

benchmark-full: build ## a minute at full speed, every result into a file
	@$(CLI) bench --duration 60s --concurrency 200 --workers 32 --monitor-loop --jsonl-out benchmark_results.jsonl

benchmark-resilience: build ## breaker and retry against a failing server
	@$(CLI) bench --run-resilience --run-retry --request-count 50

test: build ## the whole suite, with coverage in htmlcov/
	npx vitest run --coverage

test-quick: build ## the tests that start and measure nothing
	npx vitest run --project unit --project parallel

# 1 is all of it; CI runs a share
proof: PROOF ?= 1
proof: build ## the long form of the tests that have one
	PROOF=$(PROOF) npx vitest run --config vitest.proof.config.ts

lint: build ## format check, lint, types, layering, dead code
	npx biome format .
	npx oxlint --type-aware --deny-warnings
	npx tsc -p packages/patterns/tsconfig.test.json
	npx tsc -p packages/http/tsconfig.test.json
	npx depcruise packages --config .dependency-cruiser.cjs
	npx knip

format: $(STAMPS)/install ## rewrite the sources in the house format
	npx biome format --write .

format-check: $(STAMPS)/install ## only say what format would rewrite
	npx biome format .

type-check: build ## types of sources and tests
	npx tsc -p packages/patterns/tsconfig.test.json
	npx tsc -p packages/http/tsconfig.test.json

check: lint test ## lint and test

docs: build ## what is generated in docs/ and api/
	node scripts/docs/kind-tables.mjs
	node scripts/docs/option-tables.mjs
	node scripts/docs/case-files.mjs
	node scripts/docs/api-report.mjs
	node scripts/docs/terminal-picture.mjs

mutation: $(STAMPS)/install ## small changes to the sources: do tests notice them?
	npx stryker run

bench/node_modules/.package-lock.json: bench/package.json bench/package-lock.json
	npm ci --prefix bench --no-audit --no-fund

bench-patterns: build bench/node_modules/.package-lock.json ## each pattern against its peers, in nanoseconds
	node bench/patterns/index.mjs
	node bench/import-time.mjs
	node bench/size.mjs

bench-load: build bench/node_modules/.package-lock.json ## load generator and engines against their peers
	node bench/load/index.mjs

bench-acquire: build bench/node_modules/.package-lock.json ## pages a second beside got, crawlee and a script by hand
	node bench/acquire/index.mjs

conformance: build bench/node_modules/.package-lock.json ## this package and its peers under the same cases
	node bench/conformance.mjs

clean: ## remove what was built, installed and measured
	rm -rf node_modules packages/*/node_modules packages/*/dist packages/http/schemas packages/http/examples \
	  bench/node_modules bench/results out demo-out htmlcov benchmark_output.json benchmark_results.*
