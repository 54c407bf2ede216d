// SPDX-License-Identifier: MIT
// HF_CHECK catches programmer errors, in release builds too. Never for input, files or the system.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace holdfast {

[[noreturn]] inline void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: HF_CHECK(%s) failed\n", file, line, expression);
  std::abort();
}

}  // namespace holdfast

#define HF_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::holdfast::check_failed(#expression, __FILE__, __LINE__))
