# Saydo: two commands do everything. `make run` starts it, `make test` proves it.

SAYDO := target/release/saydo

.PHONY: run build web test dependencies dist soak soak-short prod-drill bench fuzz mutants lang-eval clean help

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## Build everything and start on http://localhost:8000
	$(SAYDO) serve

build: web ## Build the release binary with the web app inside
	BUILD_REVISION=$$(scripts/revision.sh) cargo build --release --locked

web: web/node_modules/.built ## Build the web app

# The web app is rebuilt only when something in it changed. (The stamp is not in dist: cargo puts a placeholder there.)
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)
web/node_modules/.built: $(WEB_SOURCES)
	scripts/need.sh build
	cd web && npm ci --no-audit --no-fund && npm run build
	@touch $@

test: ## Formatter, lints, all tests, and stories in a real Chromium
	scripts/test.sh

soak: web ## Kill real servers hundreds of times and count what is left (see docs/RELIABILITY.md)
	scripts/need.sh test
	cargo build --release --locked -p saydo -p saydo-soak
	cargo build --locked -p saydo
	target/release/saydo-soak --program target/debug/saydo
	target/release/saydo-soak --release --only sqlite,postgres --times 100

soak-short: web ## The same in short, as `make test` does it
	cargo build --locked -p saydo -p saydo-soak
	target/debug/saydo-soak --short --seed 20261121

prod-drill: web ## Deploy two versions, break what can break, watch the alerts, restore (see docs/OPERATIONS.md)
	scripts/prod-drill.sh $(DRILL)

bench: ## Benchmarks of the hot paths (see docs/PERFORMANCE.md)
	cargo bench -p saydo-lang -p saydo-store

fuzz: ## A million strange inputs through the language engine (see docs/LANGUAGE.md), and new cases for its properties
	cargo run --release -p saydo-lang --example lang_fuzz
	PROPTEST_CASES=5000 cargo test --release -p saydo-domain -p saydo-lang --test '*_properties' --test rrule_expansion

mutants: ## Change the code in small ways and look whether a test notices (hours; see docs/SECURITY.md)
	scripts/mutants.sh

lang-eval: ## How much of the held-out corpus is understood, per phenomenon
	cargo run --release -p saydo-lang --example lang_eval

dist: ## The release as it is given out, the same bytes wherever it is built (scripts/reproduce.sh shows it)
	scripts/dist.sh

dependencies: ## Licences, sources and known holes of what Saydo is made of, and its bill of materials
	scripts/dependencies.sh

clean: ## Remove what was built (data stays)
	cargo clean
	rm -rf web/dist web/node_modules
