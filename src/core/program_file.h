// SPDX-License-Identifier: MIT
// What kind of program a file is: whether a library can be loaded into it before it begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace holdfast {

/// How a program begins.
enum class ProgramKind : uint8_t {
  kUnknown,       ///< Not a program that is known here.
  kDynamic,       ///< The dynamic loader runs first, and loads what LD_PRELOAD names.
  kStatic,        ///< It begins by itself.
  kOtherMachine,  ///< For another word size or processor: it cannot load our library.
  kScript,        ///< "#!": another program reads it.
};

/// One file's first bytes, judged.
struct ProgramFile {
  ProgramKind kind = ProgramKind::kUnknown;
  std::string interpreter;  ///< kScript: the program that reads it.
};

/// How much of a file's front parse_program_file() needs at most.
inline constexpr size_t kProgramFrontBytes = 4096;

/// `front`: the first bytes of the file, kProgramFrontBytes of them or all.
ProgramFile parse_program_file(std::span<const std::byte> front);

}  // namespace holdfast
