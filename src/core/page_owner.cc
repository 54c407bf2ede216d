// SPDX-License-Identifier: MIT
#include "core/page_owner.h"

namespace holdfast {

std::string_view name_of(MemoryRole role) {
  switch (role) {
    case MemoryRole::kStack:
      return "stack";
    case MemoryRole::kTls:
      return "TLS";
    case MemoryRole::kHeap:
      return "heap";
    case MemoryRole::kData:
      return "data";
    case MemoryRole::kConstants:
      return "read-only data";
    case MemoryRole::kText:
      return "text";
    case MemoryRole::kLibraryData:
      return "library data";
    case MemoryRole::kLibraryConstants:
      return "library read-only data";
    case MemoryRole::kLibraryText:
      return "library text";
    case MemoryRole::kSharedMemory:
      return "shared memory";
    case MemoryRole::kFile:
      return "file";
    case MemoryRole::kAnonymous:
      return "anonymous memory";
    case MemoryRole::kUnknown:
      break;
  }
  return "unknown";
}

bool PageOwner::is_in_code_file() const {
  switch (role) {
    case MemoryRole::kData:
    case MemoryRole::kConstants:
    case MemoryRole::kText:
    case MemoryRole::kLibraryData:
    case MemoryRole::kLibraryConstants:
    case MemoryRole::kLibraryText:
      return path.starts_with('/');
    default:
      return false;
  }
}

}  // namespace holdfast
