// SPDX-License-Identifier: MIT
// What every fallible call returns. An error carries its kind (which decides the exit code), the
// errno where there is one, and a sentence that grows on its way up: "what -- context -- context".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace holdfast {

/// Whose turn it is after an error; `cmd` maps each kind to one exit code.
enum class ErrorKind {
  kUsage,        ///< The user asked for something that makes no sense.
  kUnavailable,  ///< This machine, or this user, cannot do it.
  kBadData,      ///< A file or stream is not what it should be.
  kSystem,       ///< A system call failed unexpectedly.
};

/// One error with its sentence.
struct Error {
  ErrorKind kind = ErrorKind::kSystem;
  int system_errno = 0;  ///< 0 where no system call was involved.
  std::string what;

  /// The same error, with what was being done appended.
  [[nodiscard]] Error in(const std::string& context) && {
    what += " -- " + context;
    return std::move(*this);
  }
};

/// "what: <strerror>" with its errno. Permission errors and missing features become kUnavailable.
Error system_error(const std::string& what, int system_errno);

/// Errors without an errno, of the two kinds that users can do something about.
inline Error usage_error(std::string what) {
  return {ErrorKind::kUsage, 0, std::move(what)};
}
inline Error unavailable(std::string what) {
  return {ErrorKind::kUnavailable, 0, std::move(what)};
}
/// A word of the user's that `whose` options do not have: "ALSA: 'x' is not understood; expected".
Error not_understood(const std::string& whose, std::string_view word, const std::string& expected);

struct Done {};

/// A value or an Error. Reading the wrong one is a programmer error.
template <class T = Done>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() {
    HF_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const {
    HF_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  Error& error() {
    HF_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const {
    HF_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// A privilege or kernel feature that is missing: a value that reaches the report, never silent.
struct Unavailable {
  std::string why;
  std::string how_to_get_it;
};

}  // namespace holdfast

#define HF_TRY_NAME_(a, b) a##b
#define HF_TRY_NAME(a, b) HF_TRY_NAME_(a, b)
/// Returns the error of `expression` from the calling function; otherwise goes on.
#define HF_TRY(expression)                                                              \
  do {                                                                                  \
    if (auto hf_result = (expression); !hf_result) return std::move(hf_result.error()); \
  } while (false)
/// As HF_TRY, and binds the value to `declaration`.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define HF_TRY_ASSIGN(declaration, expression)                   \
  auto HF_TRY_NAME(hf_result_, __LINE__) = (expression);         \
  if (!HF_TRY_NAME(hf_result_, __LINE__))                        \
    return std::move(HF_TRY_NAME(hf_result_, __LINE__).error()); \
  declaration = std::move(*HF_TRY_NAME(hf_result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)
