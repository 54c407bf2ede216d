// SPDX-License-Identifier: MIT
// Whose a page is: what the report says about an address that was touched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast {

/// What a page is to the program.
enum class MemoryRole : uint8_t {
  kStack,
  kTls,
  kHeap,              ///< [heap], arenas of threads; large allocations are kAnonymous.
  kData,              ///< The program's writable data, bss included.
  kConstants,         ///< Its read-only data, RELRO (the resolved GOT) included.
  kText,              ///< Its code.
  kLibraryData,       ///< The same of any other file with code.
  kLibraryConstants,  ///< With the kernel's [vvar].
  kLibraryText,       ///< With the kernel's [vdso].
  kSharedMemory,      ///< /dev/shm, memfd, System V, MAP_SHARED without a file.
  kFile,              ///< Any other mapped file, and devices.
  kAnonymous,         ///< Everything else: large allocations, stacks of threads not known.
  kUnknown,           ///< Nothing was mapped there when it was looked at.
};

/// "stack", "TLS", "read-only data", "library text" ...
std::string_view name_of(MemoryRole role);

/// All that is known about one address.
struct PageOwner {
  MemoryRole role = MemoryRole::kUnknown;
  std::string of;       ///< kStack, kTls: the thread's name.
  std::string mapping;  ///< The file's name without folders; "[heap]"; "" without a file.
  std::string path;     ///< As in maps: with folders, and " (deleted)".
  /// Bytes from the file's begin; for bss, as if the file went on where its data are mapped.
  uint64_t file_offset = 0;
  std::string build_id;         ///< Hex, or "".
  std::string section;          ///< ".text"; "" while not known.
  std::string symbol;           ///< "Biquad::process+0x40"; "" while not known.
  bool is_file_backed = false;  ///< The content came from a file; bss did not.
  bool is_shared = false;       ///< MAP_SHARED.

  /// Text, data or constants of a file: there can be a symbol.
  [[nodiscard]] bool is_in_code_file() const;

  friend bool operator==(const PageOwner&, const PageOwner&) = default;
};

}  // namespace holdfast
