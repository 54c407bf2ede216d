// SPDX-License-Identifier: MIT
// Which section and which symbol lie at an address of a mapped file. Reads the symbol table of the
// file, of its separate debug file where one is installed, and what it exports. Memory grows and
// file pages come in, so this is for a process that nobody measures (session/symbolizer).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"

namespace holdfast::probe {

/// A place in a mapped file. It is told by the file's offset, not by an address, so that it is the
/// same for programs at fixed and at random addresses.
struct FilePlace {
  std::string path;
  std::string build_id;      ///< Hex: the file that was mapped.
  uint64_t file_offset = 0;  ///< Bytes; for bss, as if the file went on where its data are mapped.
  bool is_bss = false;       ///< In memory behind the file's pages.
};

/// What lies there. Empty where nothing is known.
struct SymbolAnswer {
  std::string section;  ///< ".text".
  std::string symbol;   ///< "Biquad::process+0x40": function or object, without parameters.
};

/// Keeps the files open that it was asked about. One thread.
class ElfSymbols {
 public:
  /// `debug_folder`: where separate debug files are installed.
  explicit ElfSymbols(std::string debug_folder = "/usr/lib/debug");
  ElfSymbols(const ElfSymbols&) = delete;
  ElfSymbols& operator=(const ElfSymbols&) = delete;
  ~ElfSymbols();

  /// Only a symbol whose size covers the address is an answer. Errors: kUnavailable when the file
  /// cannot be read, or has no build-id to recognise it by; kBadData when it is another file than
  /// the one that was mapped, or does not say to which one address it loads that place.
  Result<SymbolAnswer> find(const FilePlace& place);

 private:
  class Module;
  Result<Module*> module_of(const FilePlace& place);

  std::string debug_folder_;
  std::map<std::string, std::unique_ptr<Module>> modules_;  ///< By path and build-id.
};

}  // namespace holdfast::probe
