# What a person does here. `make` alone lists it. Each step is a script or a cargo command that runs by itself too.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.NOTPARALLEL:
.PHONY: help run build test fmt lint tidy deny bench ui ui-placeholder packages fmt-check clippy test-ui test-rust

# Arguments for `swarmpulse serve`, as in: make run SERVE="--listen 127.0.0.1:9999"
SERVE ?=

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ui ## build and start the server with its data in ./data
	@command -v cargo >/dev/null || { echo "cargo is not on the PATH: install Rust from https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "no C compiler: install one (Debian: apt-get install build-essential)" >&2; exit 1; }
	cargo build --release --package swarmpulse
	@exec "$$(scripts/target-dir)/release/swarmpulse" serve --data ./data $(SERVE)

build: ui ## build the release binary
	cargo build --release --package swarmpulse

# The order: cheap checks first, the test runner's summary last.
test: packages fmt-check tidy deny test-ui clippy test-rust ## install what tests need, then run every check and test

fmt: ## format everything
	cargo fmt --all
	@if [[ -d ui/node_modules ]]; then cd ui && npm run --silent format --if-present; fi

lint: fmt-check tidy clippy deny ## check format, tree, lints and dependencies

bench: ui-placeholder ## run the benchmarks (docs/performance.md says how to read them)
	cargo bench --workspace

packages:
	@scripts/install-test-packages
	@scripts/install-test-python

fmt-check:
	cargo fmt --all --check

tidy:
	cargo xtask tidy

clippy: ui-placeholder
	cargo clippy --workspace --all-targets -- -D warnings

deny:
	@if command -v cargo-deny >/dev/null; then cargo deny check; \
	else echo "cargo-deny is not installed, dependencies are not checked (CONTRIBUTING.md says how to get it)"; fi

ui:
	@scripts/build-ui

ui-placeholder:
	@scripts/build-ui --placeholder

test-ui:
	@scripts/test-ui

test-rust: ui-placeholder
	@scripts/test-rust
