# SPDX-License-Identifier: Apache-2.0
#
# make demo      train and look at a classifier on Fashion-MNIST, from nothing
# make test      everything that has to hold: format, warnings, all tiers of tests, sanitizers, fuzzers
# make bench     our speed beside the peers', written to docs/benchmarks.md (ONLY=a,b:jax, QUICK=1)
# make install   put the command into $(PREFIX)/bin
#
# Each installs what the system lacks (Tools/bootstrap.sh) and needs nothing but a Swift toolchain.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
FORMATTED = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources \
  Examples/Package.swift Examples/Sources
# Readers of pictures, which need libpng and libjpeg. A library takes no part that its user has not asked for.
PICTURES = --traits Pictures
# The kernels are optimised in debug too; without it they would take most of the time of the tests.
DEBUG = $(PICTURES) -Xcc -O1
RELEASE = $(shell $(SWIFT) build -c release --show-bin-path)

.PHONY: help demo build test lint test-package test-beside test-debug test-docs test-release test-examples test-neon \
  test-benchmarks test-sanitizers test-address test-thread test-fuzz prepare bench format install clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

build:
	@Tools/bootstrap.sh build
	$(SWIFT) build -c release $(PICTURES) --product softmax

demo:
	@Tools/bootstrap.sh demo
	$(SWIFT) build -c release $(PICTURES) --product softmax
	@Tools/demo.sh "$(RELEASE)/softmax"

# Two lanes beside each other, since a build does not keep two cores busy all the time: what is built in .build, and
# what is built in folders of its own. The make of Apple's systems cannot keep their outputs apart.
test: lint
	$(MAKE) --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=recurse) test-package test-beside

test-package:
	$(MAKE) --jobs=1 test-debug test-docs test-release

test-beside:
	$(MAKE) --jobs=1 test-examples test-neon test-benchmarks test-sanitizers test-fuzz

# Each part can be made by itself, so each installs what is missing.
lint test-debug test-docs test-release test-examples test-neon test-benchmarks test-address test-thread \
  test-fuzz: prepare

prepare:
	@Tools/bootstrap.sh test

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)
	Tools/check-sources.sh

# Warnings are errors in our own targets; SwiftPM silences those of others.
test-debug test-docs test-release: export SOFTMAX_WARNINGS_AS_ERRORS = 1
test-debug:
	$(SWIFT) build --build-tests $(DEBUG)
	SWIFT="$(SWIFT)" Tools/run-tests.sh $(DEBUG)

# DocC of every library target without a warning.
test-docs:
	$(SWIFT) build $(DEBUG)
	SWIFT="$(SWIFT)" Tools/check-docs.sh

# Optimised C and full sizes: accuracy, hashes, every row of Fashion-MNIST.
test-release: export SOFTMAX_THOROUGH = 1
test-release: export SOFTMAX_TESTS = KernelTests AcceptanceTests
test-release:
	$(SWIFT) build -c release $(PICTURES) --build-tests -Xswiftc -enable-testing
	SWIFT="$(SWIFT)" Tools/run-tests.sh -c release $(PICTURES) -Xswiftc -enable-testing --filter '^KernelTests\.'
	python=$$(Tools/bootstrap.sh python) && SWIFT="$(SWIFT)" SOFTMAX_PYTHON="$$python" \
	  Tools/run-tests.sh -c release $(PICTURES) -Xswiftc -enable-testing --filter '^AcceptanceTests\.'

# One program for each row of the articles; each asserts its results on real data.
test-examples:
	SWIFT="$(SWIFT)" Examples/run.sh

# The same kernels on another architecture, under qemu's user emulation.
test-neon:
	Tests/neon/run.sh

# The benchmarks follow what the library offers: they build, and the driver knows its rows.
test-benchmarks:
	SWIFT="$(SWIFT)" Benchmarks/run.py --build --list >/dev/null

test-sanitizers: test-address test-thread

# Memory used out of bounds or after its end, and in the C what the language leaves undefined: the kernels at
# all sizes, the tests of core and data. Swift itself knows no such sanitizer on Linux (Tools/sanitize.sh).
test-address:
	SWIFT="$(SWIFT)" Tools/sanitize.sh address

# Races between the threads of team, loader, trainer and predictor.
test-thread:
	SWIFT="$(SWIFT)" Tools/sanitize.sh thread

# Each reader of files for 20 seconds; the build is that of test-address.
test-fuzz:
	SWIFT="$(SWIFT)" Tests/Fuzz/run.sh

# Peers and ours in turn; the peers go into Benchmarks/.venv, or BENCH_PYTHON names a Python that has them.
bench:
	@Tools/bootstrap.sh bench
	@SWIFT="$(SWIFT)" Benchmarks/run.py $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

format:
	$(SWIFT) format --in-place --parallel --recursive $(FORMATTED)

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$(RELEASE)/softmax" "$(DESTDIR)$(PREFIX)/bin/softmax"
	@echo "installed $(DESTDIR)$(PREFIX)/bin/softmax"

clean:
	rm -rf .build .build-* Benchmarks/.build-* Benchmarks/.venv
