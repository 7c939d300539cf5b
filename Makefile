# Twofold on a fresh machine with Go, Node and git: `make run` starts the demo, `make test` does everything that CI does.
# Both install what they need. `make help` lists the rest.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PACKAGES := . ./api/... ./frontend ./internal/...
TOOL     := go tool -modfile=tools.mod
TIMED    := ^(TestT15_Enumeration_Timing|TestT18_ForgedJWT_RefusedWithoutFetch|TestT27_SignInBurstIsShed)$$
# The test that builds the release before.
UPGRADE  := ^TestUpgrade
# Tests of what happens at once.
RACED    := AtOnce|OfTwo|Burst|Race|Beside|Concurrent|Many|Turn|Worker|Queue|Acquire|Shield|Run|Stop|Wake|Serve|Takeover|Backoff|Downtime|Timeout|BuildInfo|Unreadable|AAL2Lifetime|TwoSignIn|HardLimitKeeps|Known|SignedInOwner|WithoutFetch|DetectedBy|ReportedUntil|NeedsTwo|MailOutage
# What a release has binaries for. Those that this machine does not build anyway are checked by their types.
RELEASED := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64
CHECKED  := linux/arm64 darwin/arm64 windows/amd64
# Tests that run on PostgreSQL too: of what is shared, of what is undone or counted with a change, and of every statement's plan.
SHARED   := T0[1389]|T1[0-27]|T2[235]|T3[6-9]|T40|Atomicity|MFARemoval_(Concurrent|EndedBy|EveryCancel)|ToRemoval|PausedRemoval|ClockJump_Removal|Outbox|QueryBudget|QueryPlans
REDOCLY  := .ci/node_modules/.bin/redocly

# Where the Go tests keep their databases: in memory where that has room and may hold programs, since a database waits for
# the disk at every change and the disk is not what they test. What Go builds stays where it was.
IN_MEMORY = $(shell .ci/memory)

# The product is built without cgo, and judged as it is built; only the race detector needs a C compiler.
export CGO_ENABLED = 0
# Nothing here tells anybody that it ran.
export REDOCLY_TELEMETRY = off
export REDOCLY_SUPPRESS_UPDATE_NOTICE = true
export NPM_CONFIG_UPDATE_NOTIFIER = false
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1

# npm writes these last, so each says that an installation is complete.
PAGE_PACKAGES  := frontend/node_modules/.package-lock.json
CHECK_PACKAGES := .ci/node_modules/.package-lock.json
NPM_CI         := npm ci --no-audit --no-fund --loglevel=error

STATIC := check-format check-modules check-vet check-go check-platforms check-contract check-alerts check-page
CHECKS := check-generated $(STATIC) test-page build check-size check-dependencies check-twice test-go test-postgres test-upgrade test-compose test-race test-timing test-journeys check-clean

.PHONY: help run cluster build page generate licenses lint test race release bench bench-growth bench-page repeat soak fuzz clean $(CHECKS)
.DEFAULT_GOAL := help

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build everything and start the demo
	@TWOFOLD_OPS_LISTEN=$${TWOFOLD_OPS_LISTEN:-127.0.0.1:0} exec bin/twofold serve --demo

cluster: build ## two processes over a PostgreSQL of their own, behind a proxy (LISTEN=localhost:8080)
	@.ci/tools postgres || { echo "This needs PostgreSQL's programs; on Debian: apt-get install postgresql"; exit 1; }
	@go build -o bin/cluster ./internal/test/cluster/cmd
	@exec bin/cluster -listen $(or $(LISTEN),localhost:8080)

build: page ## the page, and bin/twofold with the page inside
	@.ci/tools go
	go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/twofold .

page: $(PAGE_PACKAGES)
	npm --prefix frontend run build

generate: $(PAGE_PACKAGES) ## what openapi.yaml decides: the server's interface, the page's types
	$(TOOL) oapi-codegen -config api/oapi-codegen.yaml openapi.yaml
	go run ./api/problemtable openapi.yaml docs/troubleshoot.md
	npm --prefix frontend run generate

licenses: page ## docs/licenses.md: what others wrote of a release
	@PLATFORMS='$(RELEASED)' go -C .ci/dependencies run . list

lint: $(STATIC) ## everything that judges the text, and runs nothing of it

test: ## everything that CI runs, one after the other, until one fails
	@.ci/checks $(CHECKS)

release: page ## bin/release: binaries for every platform, man page, licenses, bill of materials, checksums (VERSION=1.2.3)
	@.ci/tools go
	@.ci/release '$(VERSION)' $(RELEASED)

bench: build ## a load on servers of its own, SQLite and PostgreSQL, beside the limits of the machine, with figures
	@.ci/tools postgres
	go run ./internal/test/bench

bench-growth: build ## the same with up to a million accounts, and with up to four processes: half an hour
	@.ci/tools postgres
	go run ./internal/test/bench -callers 8 -accounts 1000,100000,1000000
	go run ./internal/test/bench -callers 8 -databases postgres -processes 1,2,4

bench-page: build ## how fast the page is there on a slow CPU, with figures
	@CHROMIUM_PATH=$$(.ci/tools chromium) npm --prefix frontend run speed

repeat: $(if $(JOURNEY),build) ## one journey or Go test many times, and the share that failed (JOURNEY=keyboard or TEST=TestURI PACKAGE=./internal/totp, TIMES=100, BUSY=2)
	@JOURNEY='$(JOURNEY)' TEST='$(TEST)' PACKAGE='$(PACKAGE)' TIMES='$(TIMES)' BUSY='$(BUSY)' .ci/repeat

soak: ## three years in twenty minutes: every table stays as long as it was; no part of make test
	SOAK_YEARS=$(or $(YEARS),3) go test -count=1 -timeout 3h -v -run TestRetention_TablesStayBounded ./internal/test/soak

fuzz: ## every fuzz target, each for FUZZ_TIME (30s); their seeds and what was found are part of make test
	@.ci/tools go
	@.ci/fuzz $(or $(FUZZ_TIME),30s)

clean: ## away with what was built and installed
	rm -rf bin .cache frontend/node_modules .ci/node_modules
	git clean -fdXq frontend/dist

# The checks, in the order of `make test`.

check-generated: ## generated files are what openapi.yaml says
	@.ci/drift

check-format: ## gofmt has nothing to say
	@files=$$(gofmt -l *.go api frontend/*.go internal .ci/compose .ci/dependencies .ci/platforms) && [ -z "$$files" ] || \
		{ echo "gofmt would change these; type: gofmt -w" $$files; exit 1; }

check-modules: ## go.mod and go.sum name what is imported, and nothing else
	@go mod tidy -diff
	@go -C .ci/compose mod tidy -diff
	@go -C .ci/dependencies mod tidy -diff
	@go -C .ci/platforms mod tidy -diff

check-vet: ## go vet
	go vet $(PACKAGES)

check-go: ## golangci-lint, as .golangci.yml says
	$(TOOL) golangci-lint run $(PACKAGES)

check-platforms: ## what a release has binaries for can be compiled
	@go -C .ci/platforms run . $(CHECKED)

check-contract: $(CHECK_PACKAGES) ## openapi.yaml, as .ci/redocly.yaml says
	$(REDOCLY) lint --config .ci/redocly.yaml openapi.yaml

check-alerts: ## the alert rules and the dashboard are PromQL, over metrics that there are
	cd .ci/alerts && go vet . && go run .

check-page: $(PAGE_PACKAGES) ## eslint, prettier and the page's types
	npm --prefix frontend run lint
	npm --prefix frontend run typecheck

test-page: $(PAGE_PACKAGES) ## the page's tests, without a browser
	npm --prefix frontend test

check-size: page ## what a first visit loads is within its budget
	npm --prefix frontend run size

check-dependencies: page ## nothing bad is known of what others wrote, and its licenses are allowed
	@go -C .ci/dependencies vet .
	@go -C .ci/dependencies test .
	@PLATFORMS='$(RELEASED)' go -C .ci/dependencies run . check
	@go -C .ci/dependencies run . known

check-twice: build ## built again in another folder, page and binary are the same, byte for byte
	@.ci/twice '$(VERSION)'

test-go: ## every Go test
	$(IN_MEMORY) go test -shuffle=on -skip "$(TIMED)|$(UPGRADE)" $(PACKAGES)

test-compose: ## docker-compose.yml starts what this version is, held to little
	go -C .ci/compose vet ./...
	go -C .ci/compose test ./...

test-postgres: ## the store's tests, and those that matter most of the whole, on PostgreSQL
	TWOFOLD_TEST_DATABASE=postgres go test ./internal/store
	TWOFOLD_TEST_DATABASE=postgres go test -run "$(SHARED)" ./internal/app

test-upgrade: ## the release before (.ci/previous) serves beside this one, over one database
	go test -count=1 -v -run "$(UPGRADE)" ./internal/test/cluster

test-race: ## what happens at once, under the race detector
	@if .ci/tools race; then set -x; $(IN_MEMORY) CGO_ENABLED=1 go test -race -run "$(RACED)" -skip "$(TIMED)" $(PACKAGES); fi

race: ## every Go test under the race detector: a quarter of an hour
	@.ci/tools race
	CGO_ENABLED=1 go test -race -timeout 30m -skip "$(TIMED)|$(UPGRADE)" $(PACKAGES)

test-timing: ## the tests that measure time and memory (T-15, T-18, T-27), alone
	go test -count=1 -p 1 -parallel 1 -run "$(TIMED)" -v ./internal/app ./internal/test/cluster

test-journeys: build ## the journeys in Chromium, the main one over two processes too
	@CHROMIUM_PATH=$$(.ci/tools chromium) PROGRAM_BIN='$(CURDIR)/bin/twofold' npm --prefix frontend run e2e

check-clean: ## making and testing left nothing behind that git sees (in CI)
	@[ "$$CI" != true ] || { git status --short && [ -z "$$(git status --porcelain)" ]; }

# What npm installs.

$(PAGE_PACKAGES): frontend/package-lock.json
	@.ci/tools node
	$(NPM_CI) --prefix frontend
	@touch $@

$(CHECK_PACKAGES): .ci/package-lock.json
	@.ci/tools node
	$(NPM_CI) --prefix .ci
	@touch $@
