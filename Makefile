# The commands of the project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset demo-once test test-rust test-web test-browser bench-relay bench-care bench-rx bench-encryption bench-safety bench-glass bench-link bench-link-real check-devices attack fuzz screenshots

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

demo: ## run the whole product here; CAMERA=/dev/video0 MIC=default for real devices, DEMO_DIR= for another folder
	@scripts/demo.sh

demo-reset: ## forget the demo's data; the next make demo starts over
	@scripts/demo-reset.sh

demo-once: ## walk the whole loop on the running demo without a browser, step by step with times
	@node scripts/demo-once.mjs --dir "$(or $(DEMO_DIR),demo-data)"

test: ## everything, browser included
	@scripts/test.sh

test-rust: ## the Rust tests only
	@scripts/test.sh rust

test-web: ## type check and unit tests of the web packages only
	@scripts/test.sh web

test-browser: ## the scenarios in Chromium only
	@scripts/test.sh browser

bench-relay: ## forwarding cost, latency and memory of the relay, beside raw UDP and janus
	@scripts/bench-relay.sh

bench-care: ## durable commands per second of the care record on SQLite and PostgreSQL, beside raw fsync
	@scripts/bench-record.sh care

bench-rx: ## prescriptions per second from signature to door, and every list with a million of them present, on both databases
	@scripts/bench-record.sh rx

bench-encryption: ## what the encryption of the record's file costs: the same statements in clear and encrypted, in one run
	@scripts/bench-encryption.sh

bench-safety: ## one safety check of 15 medicines against all rules, in microseconds
	@scripts/bench-safety.sh

bench-glass: ## capture to rendered frame in Chromium, and press to first frame
	@scripts/bench-glass.sh

bench-link: ## the picture on every named bad link, with and without adaptation, in virtual time; TRACES= a folder of recorded ones
	@scripts/bench-link.sh $(if $(TRACES),--traces "$(TRACES)")

bench-link-real: ## the same links in real time, beside Chromium through janus; CASES=rural,tunnel SEEDS=1,2 SECONDS=60 CODEC=h264
	@scripts/bench-link-real.sh $(if $(CASES),--cases $(CASES)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(CODEC),--codec $(CODEC))

check-devices: ## cameras, microphones and buttons of a real kernel, in a virtual machine; as root, not part of `make test`
	@scripts/devices.sh

attack: ## what an attacker would try, while a call runs; prints tried, refused, let through; QUICK=1 for fewer of each
	@scripts/attack.sh

fuzz: ## an hour of fuzzing, divided over every parser of bytes from outside; FUZZ_SECONDS= for less or more
	@scripts/fuzz.sh

screenshots: ## screenshots of every screen, in both languages, light and dark
	@scripts/screenshots.sh
