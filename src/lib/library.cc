// SPDX-License-Identifier: MIT
// What belongs to no single part of the C interface: versions, the sentence of the last error, the
// faults of a thread.
#include <sys/resource.h>

#include "lib/border.h"
#include "version.h"

namespace holdfast::lib {

std::string& error_text() {
  thread_local std::string text;
  return text;
}

int code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return HF_ERROR_USAGE;
    case ErrorKind::kUnavailable:
      return HF_ERROR_UNAVAILABLE;
    case ErrorKind::kBadData:
    case ErrorKind::kSystem:
      break;
  }
  return HF_ERROR_SYSTEM;
}

Error usage(const char* what) {
  return {ErrorKind::kUsage, 0, what};
}

}  // namespace holdfast::lib

const char* hf_version(void) noexcept {
  return HF_VERSION;
}

int hf_abi_version(void) noexcept {
  return HF_ABI_VERSION;
}

const char* hf_error_text(void) noexcept {
  return holdfast::lib::error_text().c_str();
}

HF_RT_TEXT int hf_read_faults(hf_fault_counts* counts) noexcept {
  hf_fault_counts known;
  if (!holdfast::lib::take(known, counts)) return HF_ERROR_USAGE;
  rusage usage = {};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return HF_ERROR_SYSTEM;
  known.minor = usage.ru_minflt;
  known.major = usage.ru_majflt;
  holdfast::lib::give(known, counts);
  return HF_OK;
}
