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

run: build ## the main job: three mock shops acquired into out/ (results are printed)
	@$(CLI) demo

demo: build ## failures on purpose: what was expected and what was seen
	@node scripts/demo.mjs

benchmark: build ## engines side by side: sync, threaded, async naive and optimized, 5,000 requests each
	@$(CLI) bench --request-count 5000 --output benchmark_output.json

benchmark-full: build ## a minute at full speed, 200 at a time, every result into benchmark_results.jsonl
	@$(CLI) bench --duration 60s --concurrency 200 --workers 32 --monitor-loop --jsonl-out benchmark_results.jsonl

benchmark-resilience: build ## failures on purpose: breaker and retry, passed or failed by stated criteria
	@$(CLI) bench --run-resilience --run-retry --request-count 50

test: build ## the whole suite, with coverage in htmlcov/ (at least 85 % of lines and branches)
	npx vitest run --coverage

test-quick: build ## without coverage, without what starts processes or measures time
	npx vitest run --project unit --project parallel

# 1 is all of it; CI runs a share
proof: PROOF ?= 1
proof: build ## the long form of the tests that have one: thousands of runs, hundreds of kills, each Node compiled for
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

docs: build ## what is generated: tables, the tests of each case, the public API (api/), the README's picture
	node scripts/docs/kind-tables.mjs
	node scripts/docs/option-tables.mjs
	node scripts/docs/case-files.mjs
	node scripts/docs/api-report.mjs
	node scripts/docs/terminal-picture.mjs

mutation: $(STAMPS)/install ## change the sources of breaker, retry, semaphore and limiters in small ways: at least 85 % must be noticed
	npx stryker run

bench/node_modules/.package-lock.json: bench/package.json bench/package-lock.json
	npm ci --prefix bench --no-audit --no-fund

bench-patterns: build bench/node_modules/.package-lock.json ## each pattern against its peers, in nanoseconds; what an import and a bundle cost: bench/results/
	node bench/patterns/index.mjs
	node bench/import-time.mjs
	node bench/size.mjs

bench-load: build bench/node_modules/.package-lock.json ## load generator and engines against wrk, autocannon and undici on nginx: bench/results/load.json
	node bench/load/index.mjs

bench-acquire: build bench/node_modules/.package-lock.json ## pages a second that the pipeline takes when no rate holds it back
	node bench/acquire.mjs

conformance: build bench/node_modules/.package-lock.json ## try this package and its peers by the same cases: docs/conformance.md
	node bench/conformance.mjs

clean: ## remove what was built, installed and measured
	rm -rf node_modules packages/*/node_modules packages/*/dist packages/http/schemas packages/http/examples \
	  bench/node_modules bench/results out htmlcov benchmark_output.json benchmark_results.*
