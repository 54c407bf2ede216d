# SPDX-License-Identifier: MIT
# The front door. CMake does the work; this installs what is missing and names the steps.
# For daily work: cmake --workflow --preset dev

PREFIX ?= /usr/local
BUILD := build
PACKAGES := packaging/install_packages.sh

export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
ifneq ($(shell ccache --show-stats >/dev/null 2>&1 && echo yes),)
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
export CMAKE_C_COMPILER_LAUNCHER ?= ccache
endif

.PHONY: help demo test bench verify install uninstall clean
.NOTPARALLEL:

help:
	@echo 'make demo       build, then glitches from memory pressure, with and without locked pages (no sound card)'
	@echo 'make test       every test and check, sanitizers included; ends with the count'
	@echo 'make bench      what the audio thread pays: instructions and nanoseconds per block'
	@echo 'make verify     test + bench + an installation into a temporary place that is tried out'
	@echo 'make install    into PREFIX (now $(PREFIX)); PREFIX=$$HOME/.local needs no root'
	@echo 'make uninstall  removes what the last install put there'
	@echo 'make clean      removes $(BUILD)/'
	@echo 'Missing Debian packages are installed first, with sudo when you are not root.'

demo: release
	$(BUILD)/release/src/cmd/holdfast demo

# Tests that need root (swap, other users) say SKIP and why when you are not root.
test: ci
	ctest --preset ci --parallel $(shell nproc)

bench: ci
	bench/instructions.py $(BUILD)/ci/bench/on_block_work
	$(BUILD)/ci/bench/on_block_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only=true

verify: test bench release
	packaging/try_installation.sh $(BUILD)/release

install: release
	packaging/install.sh $(BUILD)/release $(PREFIX)

uninstall:
	packaging/uninstall.sh $(BUILD)/release

clean:
	rm -rf $(BUILD)

.PHONY: release ci
release:
	@$(PACKAGES) build
	cmake --preset release
	cmake --build --preset release

ci:
	@$(PACKAGES) build test
	cmake --preset ci
	cmake --build --preset ci
