// SPDX-License-Identifier: MIT
// What came of pushing pages out of memory, in numbers that add up: every page that was in RAM
// before has left, is half out, or stayed for a reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/regions.h"

namespace holdfast {

/// Why a page is still in RAM, mapped or not.
enum class StayReason : uint8_t {
  kLocked,        ///< mlock or the like; nothing takes it out.
  kShared,        ///< Another process uses it too, or it is part of a larger page that one uses.
  kDirty,         ///< Its file does not have this content yet.
  kNotPermitted,  ///< The kernel does not let this user.
  kNoSwap,        ///< It is in no file, and there is no free swap.
  kInUse,         ///< It left, and was used again while we were looking.
  kKept,          ///< The kernel kept it, and does not say why (pinned, or a limit of swap).
};
inline constexpr size_t kStayReasons = 7;

/// "locked", "shared", ... as in JSON.
std::string_view name_of(StayReason reason);

/// One range. asked = left + half_out + unknown + the sum of stayed.
struct EvictedRange {
  RegionKind kind = RegionKind::kAnonymous;
  std::string name;
  uintptr_t begin = 0;
  size_t size_bytes = 0;
  size_t asked = 0;        ///< Pages that were in RAM, mapped by this process or not.
  size_t already_out = 0;  ///< Pages that were in swap or only in their file before; not asked.
  size_t left = 0;         ///< Not in RAM any more: the next access needs I/O.
  size_t half_out = 0;     ///< Unmapped, and still in RAM: the next access is a minor fault.
  size_t unknown = 0;      ///< Unmapped; the kernel does not tell this user the rest.
  std::array<size_t, kStayReasons> stayed = {};

  [[nodiscard]] size_t stayed_pages() const;
  void add_stayed(StayReason reason) { ++stayed[static_cast<size_t>(reason)]; }
};

/// Everything that one eviction did.
struct Eviction {
  std::vector<EvictedRange> ranges;
  Nanos took;                        ///< From the first look to the last.
  Nanos held;                        ///< How long the threads of the process were held, in all.
  std::vector<Unavailable> missing;  ///< What was refused, and what would bring it.

  /// All ranges in one, without a name.
  [[nodiscard]] EvictedRange total() const;
};

}  // namespace holdfast
