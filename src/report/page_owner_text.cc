// SPDX-License-Identifier: MIT
#include "report/page_owner_text.h"

#include "base/format.h"

namespace holdfast {
namespace {

/// "stack of thread audio", "libfoo.so library text", "heap".
std::string region_text(const PageOwner& owner) {
  std::string text(name_of(owner.role));
  if (!owner.of.empty()) text += " of thread " + owner.of;
  const bool is_named = !owner.mapping.empty() && !owner.mapping.starts_with('[');
  return is_named ? owner.mapping + " " + text : text;
}

}  // namespace

std::string owner_text(const PageOwner& owner, uint64_t address) {
  std::string text = region_text(owner);
  if (!owner.symbol.empty()) return text + ", " + owner.symbol;
  if (!owner.section.empty()) text += " (" + owner.section + ")";
  if (owner.is_file_backed) return text + " at offset " + hex_text(owner.file_offset);
  return owner.role == MemoryRole::kUnknown ? text + " " + hex_text(address) : text;
}

std::string backing_text(const PageOwner& owner, bool is_major) {
  if (owner.is_file_backed) return "file";
  return is_major ? "swap" : "anonymous";
}

}  // namespace holdfast
