// SPDX-License-Identifier: MIT
// Small files of the kernel that may not be there, read as what they hold: for setups, where a
// missing file is an answer and not an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/kernel_text.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {

/// The whole file; nothing when it cannot be read.
inline std::optional<std::string> setup_text(const std::string& path) {
  auto text = read_proc_file(path);
  if (!text) return std::nullopt;
  return std::move(*text);
}

/// The number that is the file's first line.
template <class Integer>
std::optional<Integer> setup_number(const std::string& path) {
  const auto text = setup_text(path);
  return text ? parse_number<Integer>(TextReader(*text).take_line()) : std::nullopt;
}

}  // namespace holdfast::probe
