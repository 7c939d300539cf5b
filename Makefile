# Twofold on a fresh machine with Go, Node and git: `make run` starts the demo, `make test` is for before a commit, and
# `make check` is everything that CI runs. They install what they need. `make help` lists all targets.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PACKAGES := . ./api/... ./frontend ./internal/...
TOOL     := go tool -modfile=tools.mod
REDOCLY  := .ci/node_modules/.bin/redocly

# Packages whose tests take long: processes that are killed, random histories, months of use. `make test` skips them, and
# `make check` runs them.
SLOW  := ./internal/test/cluster/... ./internal/test/modeltest ./internal/test/soak
QUICK  = $(or $(filter-out $(shell go list $(SLOW)),$(shell go list $(PACKAGES))),$(error go list failed))

# The packages with tests that declare themselves by apptest.Timing or apptest.Upgrade.
TIMING  = $(sort $(dir $(shell grep -rlw --include='*_test.go' apptest.Timing ./api ./internal)))
UPGRADE = $(sort $(dir $(shell grep -rlw --include='*_test.go' apptest.Upgrade ./api ./internal)))

# The platforms that a release has binaries for. Those that this machine does not build are only type-checked.
RELEASED := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64
CHECKED  := linux/arm64 darwin/arm64 windows/amd64

# Puts the databases of the Go tests into memory if it has room: every commit waits for the disk, and the disk is not under
# test. Go's build files stay on disk.
IN_MEMORY = $(shell .ci/memory)

# The journeys. SELECT is main or rest, for the journeys of `make test` or all others: see frontend/playwright.config.ts.
JOURNEYS = CHROMIUM_PATH=$$(.ci/tools chromium) PROGRAM_BIN='$(CURDIR)/bin/twofold' npm --prefix frontend run e2e

# In CI the Go tests run in random order. Elsewhere they run in source order, so that Go's cache can skip unchanged packages.
SHUFFLE := $(if $(filter true,$(CI)),-shuffle=on)

# The product is built without cgo and tested as it is built; only the race detector needs a C compiler.
export CGO_ENABLED = 0
# No tool reports its use to its vendor.
export REDOCLY_TELEMETRY = off
export REDOCLY_SUPPRESS_UPDATE_NOTICE = true
export NPM_CONFIG_UPDATE_NOTIFIER = false
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1

# npm writes these files last, so they exist only after a complete installation.
PAGE_PACKAGES  := frontend/node_modules/.package-lock.json
CHECK_PACKAGES := .ci/node_modules/.package-lock.json
NPM_CI         := npm ci --no-audit --no-fund --loglevel=error

# What `make test` runs, and what `make check` runs in addition. Every check is in exactly one of the lists.
TESTS := check-format check-vet check-page test-page build test-go test-store-postgres test-journeys-main
REST  := check-generated check-modules check-go check-platforms check-contract check-alerts check-size check-dependencies \
	check-twice test-slow test-app-postgres test-upgrade test-compose test-race test-timing test-journeys-rest check-clean

.PHONY: help run cluster build page generate licenses lint test check check-rest test-journeys race release bench bench-growth \
	bench-page repeat soak fuzz clean $(TESTS) $(REST)
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build everything and start the demo
	@TWOFOLD_OPS_LISTEN=$${TWOFOLD_OPS_LISTEN:-127.0.0.1:0} exec bin/twofold serve --demo

cluster: build ## start two processes behind a proxy, with a PostgreSQL server of their own (LISTEN=localhost:8080)
	@.ci/tools postgres || { echo "This needs the programs of PostgreSQL. On Debian: apt-get install postgresql"; exit 1; }
	@go build -o bin/cluster ./internal/test/cluster/cmd
	@exec bin/cluster -listen $(or $(LISTEN),localhost:8080)

test: ## run before a commit: format, types, unit and integration tests, the main journeys (5 minutes)
	@.ci/checks $(TESTS)

check: ## run everything that CI runs: make test and the slower checks
	@.ci/checks $(TESTS) $(REST)

check-rest: ## run only what make check adds to make test
	@.ci/checks $(REST)

lint: check-format check-modules check-vet check-go check-platforms check-contract check-alerts check-page ## run all static checks

build: page ## build the page, and bin/twofold with the page inside
	@.ci/tools go
	go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/twofold .

page: $(PAGE_PACKAGES)
	npm --prefix frontend run build

generate: $(PAGE_PACKAGES) ## generate the server interface and the page's types from openapi.yaml
	$(TOOL) oapi-codegen -config api/oapi-codegen.yaml openapi.yaml
	go run ./api/problemtable openapi.yaml docs/troubleshoot.md
	npm --prefix frontend run generate

licenses: page ## write docs/licenses.md, the list of third-party code in a release
	@PLATFORMS='$(RELEASED)' go -C .ci/dependencies run . list

release: page ## build bin/release: binaries, man page, licenses, bill of materials, checksums (VERSION=1.2.3)
	@.ci/tools go
	@.ci/release '$(VERSION)' $(RELEASED)

bench: build ## measure the server under load, on SQLite and PostgreSQL
	@.ci/tools postgres
	go run ./internal/test/bench

bench-growth: build ## the same with up to a million accounts, and with up to four processes (half an hour)
	@.ci/tools postgres
	go run ./internal/test/bench -callers 8 -accounts 1000,100000,1000000
	go run ./internal/test/bench -callers 8 -databases postgres -processes 1,2,4

bench-page: build ## measure how fast the page loads on a slow CPU
	@CHROMIUM_PATH=$$(.ci/tools chromium) npm --prefix frontend run speed

repeat: $(if $(JOURNEY),build) ## repeat a journey or a Go test and count failures (JOURNEY=keyboard or TEST=TestURI PACKAGE=./internal/totp, TIMES=100, BUSY=2)
	@JOURNEY='$(JOURNEY)' TEST='$(TEST)' PACKAGE='$(PACKAGE)' TIMES='$(TIMES)' BUSY='$(BUSY)' .ci/repeat

soak: ## simulate three years of use, and check that no table grows without limit (20 minutes; YEARS=3)
	SOAK_YEARS=$(or $(YEARS),3) go test -count=1 -timeout 3h -v ./internal/test/soak

race: ## run all Go tests under the race detector (15 minutes)
	@.ci/tools race
	CGO_ENABLED=1 go test -race -timeout 30m $(PACKAGES)

fuzz: ## run every fuzz target for FUZZ_TIME (30s); make test runs their stored inputs
	@.ci/tools go
	@.ci/fuzz $(or $(FUZZ_TIME),30s)

clean: ## delete everything that was built or installed
	rm -rf bin .cache frontend/node_modules .ci/node_modules
	git clean -fdXq frontend/dist

# The checks of `make test`, in their order.

check-format: ## check that the Go code is formatted
	@files=$$(gofmt -l *.go api frontend/*.go internal .ci/compose .ci/dependencies .ci/platforms .ci/alerts) && [ -z "$$files" ] || \
		{ echo "These files are not formatted. Run: gofmt -w" $$files; exit 1; }

check-vet: ## run go vet
	go vet $(PACKAGES)

check-page: $(PAGE_PACKAGES) ## run eslint and prettier, and check the page's types
	npm --prefix frontend run lint
	npm --prefix frontend run typecheck

test-page: $(PAGE_PACKAGES) ## run the page's unit tests
	npm --prefix frontend test

test-go: ## run the Go tests on SQLite, except the slow packages
	$(IN_MEMORY) go test -vet=off $(SHUFFLE) $(QUICK)

test-store-postgres: ## run the tests of the store on PostgreSQL
	TWOFOLD_TEST_DATABASE=postgres go test -vet=off ./internal/store

test-journeys-main: build ## run the main user journeys in Chromium
	@SELECT=main $(JOURNEYS)

# The checks that `make check` adds, in their order.

check-generated: ## check that the generated files match openapi.yaml
	@.ci/drift

check-modules: ## check that go.mod and go.sum list exactly what is imported
	@go mod tidy -diff
	@go -C .ci/compose mod tidy -diff
	@go -C .ci/dependencies mod tidy -diff
	@go -C .ci/platforms mod tidy -diff

check-go: ## run golangci-lint with .golangci.yml
	$(TOOL) golangci-lint run $(PACKAGES)

check-platforms: ## check that the program compiles for every platform of a release
	@go -C .ci/platforms run . $(CHECKED)

check-contract: $(CHECK_PACKAGES) ## check openapi.yaml with the rules in .ci/redocly.yaml
	$(REDOCLY) lint --config .ci/redocly.yaml openapi.yaml

check-alerts: ## check that the alerts and the dashboard are PromQL over documented metrics
	cd .ci/alerts && go vet . && go run .

check-size: page ## check the size of the files that a first visit loads
	npm --prefix frontend run size

check-dependencies: page ## check dependencies for known vulnerabilities and for their licenses
	@go -C .ci/dependencies vet .
	@go -C .ci/dependencies test .
	@PLATFORMS='$(RELEASED)' go -C .ci/dependencies run . check
	@go -C .ci/dependencies run . known

check-twice: build ## check that a second build in another folder gives the same bytes (COLD=1: with empty caches)
	@.ci/twice '$(VERSION)'

test-slow: ## run the slow Go tests: failing processes, random histories, months of use
	$(IN_MEMORY) go test $(SHUFFLE) $(SLOW)

test-app-postgres: ## run the tests of the whole application on PostgreSQL
	TWOFOLD_TEST_DATABASE=postgres go test ./internal/app

test-upgrade: ## run the previous release (.ci/previous) and this version on one database
	TWOFOLD_TEST_ONLY=upgrade go test -count=1 -v $(UPGRADE)

test-compose: ## check the settings and the privileges in docker-compose.yml
	go -C .ci/compose vet ./...
	go -C .ci/compose test ./...

test-race: ## run the unit tests and the tests of concurrency under the race detector
	$(IN_MEMORY) TWOFOLD_TEST_ONLY=concurrency CGO_ENABLED=1 go test -race $(SHUFFLE) $(QUICK)

test-timing: ## run the tests that measure time or memory, one at a time
	TWOFOLD_TEST_ONLY=timing go test -count=1 -p 1 -parallel 1 -v $(TIMING)

test-journeys-rest: build ## run all other journeys, and those of journey.spec.ts over two processes
	@SELECT=rest $(JOURNEYS)

check-clean: ## check that no check left changed or new files (in CI)
	@[ "$$CI" != true ] || { git status --short && [ -z "$$(git status --porcelain)" ]; }

test-journeys: build ## run all journeys
	@$(JOURNEYS)

# Packages from npm.

$(PAGE_PACKAGES): frontend/package-lock.json
	@.ci/tools node
	$(NPM_CI) --prefix frontend
	@touch $@

$(CHECK_PACKAGES): .ci/package-lock.json
	@.ci/tools node
	$(NPM_CI) --prefix .ci
	@touch $@
