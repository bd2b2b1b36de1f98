# Every task of the project; `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help demo test bench lint crd docs dist image tools advisories clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## A cluster and a DNS server on loopback: in sync, drift, mended (KEEP=1 leaves it running until Ctrl-C)
	@dev/demo/run

test: ## Everything: format, lints, all tests on a real API server and real DNS, licences
	@dev/test

bench: ## What a look costs beside others, over a synthetic internet on loopback: a table, and dev/bench/results/latest.json
	@dev/bench/run

lint: ## Format and lints only
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings

crd: ## Write what is generated: crds/, the chart's template of it and its README, docs/api.md, docs/rules.md, docs/metrics.md, docs/providers.md, gitops/kustomize/base, the examples of docs/cli.md
	UPDATE=1 cargo test --quiet --no-fail-fast --test crd --test chart --test docs what_the_types_say
	UPDATE=1 cargo test --quiet --test cli every_example_says_what_the_page_says

docs: crd ## The same, and then hold the documentation to the program
	cargo test --quiet --test docs --test examples

dist: ## Pack a release into dist/: tarballs with completions and manual pages, components, sources, notes, SHA256SUMS
	@dev/dist/run

image: ## Build the image into dist/image, an OCI layout, from nothing and with nothing pulled; prints its digest (buildah)
	@dev/dist/image

tools: ## Build the control plane, kwok, kubectl, helm, helm-unittest and cert-manager for the tests, once
	@dev/control-plane

advisories: ## Known vulnerabilities in the tree (needs the network and cargo-deny)
	cargo deny check advisories

clean: ## Remove what cargo built; the tools stay in the user's cache
	cargo clean
