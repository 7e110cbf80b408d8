# PENNY's development commands; `make` lists them.
# Each target is a script in scripts/ and can be run again at any time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run dev build test check e2e bench schema seed doctor screens image

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install tools, build and start PENNY on http://127.0.0.1:3000
	@scripts/run.sh

dev: ## As run, and rebuild and restart whenever a file changes
	@scripts/dev.sh

build: ## Build the release program with its site embedded: target/release/penny
	@scripts/build.sh

test: ## Run every test: Rust on SQLite and Postgres, and in a real browser
	@scripts/test.sh

check: ## Check format, lints, dependencies, vocabulary, generated files and licences (no tests)
	@scripts/check.sh

e2e: ## Run the browser tests; ARGS='tests/sign-in.spec.ts' selects some
	@scripts/e2e.sh $(ARGS)

bench: ## Run the benchmarks and print the table of docs/PERFORMANCE.md
	@scripts/bench.sh $(ARGS)

schema: ## Regenerate the GraphQL schema and the OpenAPI document
	@scripts/schema.sh

seed: ## Install the demo company into ./data
	@scripts/penny.sh seed

doctor: ## List problems of the installation and how to fix them
	@scripts/penny.sh doctor

screens: ## Update the screenshots in docs/screens/
	@scripts/e2e.sh --config=screenshots.config.ts

image: ## Build the container image penny:dev (needs Docker)
	@scripts/image.sh $(ARGS)
