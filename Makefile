# SPDX-License-Identifier: MIT
# The front door. CMake does the work; this installs what is missing and names the steps.
# For daily work: cmake --workflow --preset dev

PREFIX ?= /usr/local
BUILD := build
PACKAGES := packaging/install_packages.sh

export PYTHONDONTWRITEBYTECODE := 1
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
ifneq ($(shell ccache --show-stats >/dev/null 2>&1 && echo yes),)
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
export CMAKE_C_COMPILER_LAUNCHER ?= ccache
endif

.PHONY: help demo test bench verify install uninstall clean
.NOTPARALLEL:

help:
	@echo 'make demo       build, then prove that memory pressure causes glitches and locking removes them (2 min)'
	@echo 'make test       every test and check, sanitizers included; ends with the count'
	@echo 'make bench      every promised figure, short forms (some minutes); prints asked, measured, holds or not'
	@echo 'make verify     test + an installation that is tried out + long forms (two hours), kept in docs/'
	@echo 'make install    into PREFIX (now $(PREFIX)); PREFIX=$$HOME/.local needs no root'
	@echo 'make uninstall  removes what the last install put there'
	@echo 'make clean      removes $(BUILD)/'
	@echo 'Missing Debian packages are installed first, with sudo when you are not root.'

demo: release
	@# 1: it says that nothing could be shown here, and why. That is an answer, not a failure.
	$(BUILD)/release/src/cmd/holdfast demo --report $(BUILD)/demo.html || [ $$? -eq 1 ]

# Tests that need root (swap, other users) say SKIP and why when you are not root.
test: ci
	ctest --preset ci --parallel $(shell nproc)

bench: ci
	bench/verify.py $(BUILD)/ci --quick

# As root on a machine that does nothing else: what needs root is listed as not measured otherwise.
verify: servers test release
	packaging/try_installation.sh $(BUILD)/release
	HF_ANALYZE=1 tests/checks/clang_tidy.sh . $(BUILD)/ci/tidy
	bench/verify.py $(BUILD)/ci --write docs/benchmarks.md

install: release
	packaging/install.sh $(BUILD)/release $(PREFIX)

uninstall:
	packaging/uninstall.sh $(BUILD)/release

clean:
	rm -rf $(BUILD)

.PHONY: release ci servers
servers:
	@$(PACKAGES) build test verify

release:
	@$(PACKAGES) build
	cmake --preset release
	cmake --build --preset release

ci:
	@$(PACKAGES) build test
	cmake --preset ci
	cmake --build --preset ci
