# PENNY: the intentions a person types. `make` alone lists them.
# What they do stands in scripts/, one script an intention; each can be run again at any time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run dev build test check e2e bench schema seed doctor screens image

help: ## List what you can type here
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up, build and start PENNY on http://127.0.0.1:3000
	@scripts/run.sh

dev: ## The same, rebuilding and restarting whenever a file changes
	@scripts/dev.sh

build: ## Build the release program with its site inside: target/release/penny
	@scripts/build.sh

test: ## Run every test: Rust on SQLite and Postgres, and the real browser
	@scripts/test.sh

check: ## Check format, lints, crate arrows, generated files and licences (fast, no tests)
	@scripts/check.sh

e2e: ## Run the browser tests alone; ARGS='tests/1-sign-in.spec.ts' picks some
	@scripts/e2e.sh $(ARGS)

bench: ## Measure, and print the table of docs/PERFORMANCE.md
	@scripts/bench.sh $(ARGS)

schema: ## Write the generated files again: the GraphQL schema and the OpenAPI document
	@scripts/schema.sh

seed: ## Put the demo company into ./data
	@scripts/penny.sh seed

doctor: ## Say what is missing or off, and how to mend it
	@scripts/penny.sh doctor

screens: ## Take the pictures under docs/screens/ again
	@scripts/e2e.sh --config=screens.config.ts

image: ## Build the container image penny:dev (needs Docker)
	@scripts/image.sh $(ARGS)
