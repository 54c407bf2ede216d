// SPDX-License-Identifier: MIT
#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace holdfast {

Error system_error(const std::string& what, int system_errno) {
  const bool is_refusal = system_errno == EPERM || system_errno == EACCES ||
                          system_errno == ENOSYS || system_errno == EOPNOTSUPP;
  return Error{is_refusal ? ErrorKind::kUnavailable : ErrorKind::kSystem, system_errno,
               what + ": " + std::strerror(system_errno)};
}

Error not_understood(const std::string& whose, std::string_view word, const std::string& expected) {
  return usage_error(whose + ": '" + std::string(word) + "' is not understood; " + expected);
}

}  // namespace holdfast
