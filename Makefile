# What people and the pipeline run; "make help" lists it.

.DEFAULT_GOAL := help

PREFIX    ?= /usr
DESTDIR   ?=
DATA      ?= ./data
FUZZTIME  ?= 1m
MODELTIME ?= 10m
PKG       ?= ./...

# Targets whose program is not in this checkout.
absent := $(foreach t,bench chaos,$(if $(wildcard cmd/horizon-$t),,$t))

.PHONY: help run test lint fuzz model events-coverage console browser build install clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST)) $(addprefix | grep -v 'make ,$(addsuffix  ',$(absent)))

run: ## run a server with a CA and an ACME profile to try it out, in ./data (or DATA=folder)
	CGO_ENABLED=0 go run ./cmd/horizon serve --quickstart --data $(DATA)

test: ## run all that must be green: format, vet, staticcheck, tests on SQLite and PostgreSQL, build
	scripts/test.sh

lint: ## run the checks that need no test: format, vet, staticcheck
	scripts/test.sh format vet staticcheck

fuzz: ## run every fuzz target for FUZZTIME (1m) each, of the packages PKG (./...)
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh $(PKG)

model: ## let random people ask, decide and look for MODELTIME (10m), and compare with a simple model
	MODEL=$(MODELTIME) go test -count=1 -run '^TestModel$$' -timeout 0 -v ./internal/app

events-coverage: ## run the tests and list which of the seed events were emitted, with success and with failure
	scripts/events-coverage.sh

console: ## build the console from the folder web into internal/console/dist (needs Node.js 20.19 or newer)
	cd web && npm ci --no-audit --no-fund && npm run -s check

browser: build ## test the console in a real browser
	cd web && HORIZON=$(CURDIR)/bin/horizon npm run -s browser

build: ## build bin/horizon, which needs no C compiler
	CGO_ENABLED=0 go build -trimpath -o bin/horizon ./cmd/horizon

install: build ## install the program and its systemd unit below PREFIX (/usr), within DESTDIR
	install -D -m 755 bin/horizon $(DESTDIR)$(PREFIX)/bin/horizon
	install -D -m 644 deploy/horizon.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/horizon.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/bin/horizon|$(PREFIX)/bin/horizon|' deploy/horizon.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/horizon.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/horizon.service

clean: ## remove what was built; the data folder stays
	rm -rf bin

ifneq ($(wildcard cmd/horizon-bench),)
.PHONY: bench
bench: ## measure the server against its budgets
	go run ./cmd/horizon-bench
endif

ifneq ($(wildcard cmd/horizon-chaos),)
.PHONY: chaos
chaos: ## kill the server under load and check that nothing acknowledged was lost
	go run ./cmd/horizon-chaos
endif
