# Picket. The two commands of the README: make run, make test.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X picket/appliance.Version=$(VERSION)
BUILD    = CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)'

.PHONY: run demo test build generate lint bench fuzz cross clean

# A working appliance on unprivileged ports, data in ./data.
run: build
	./picket run --config configs/run.yaml

# The same, with a small attack replayed into it.
demo: build
	./picket run --config configs/run.yaml --demo

build:
	$(BUILD) -o picket .

cross:
	GOOS=linux GOARCH=amd64 $(BUILD) -o dist/picket-linux-amd64 .
	GOOS=linux GOARCH=arm64 $(BUILD) -o dist/picket-linux-arm64 .

# The templates of the pages; the result is committed.
generate:
	$(GO) tool templ generate -path ./webui

# Everything that the tests need and the machine lacks (a browser), then all tests.
test:
	bash .ci/prepare
	CGO_ENABLED=0 $(GO) test -timeout 18m ./...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l . ; echo 'gofmt would change these files' ; exit 1 ; }
	CGO_ENABLED=0 $(GO) vet ./...
	CGO_ENABLED=0 $(GO) tool staticcheck ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Every parser of outside bytes, five minutes together; FUZZ_SECONDS for longer.
fuzz:
	bash .ci/fuzz

clean:
	rm -rf picket dist
