// SPDX-License-Identifier: MIT
// Which pages of a process somebody has asked to lock, and what became of each. The book that
// `holdfast run` keeps: what is in it is not asked for twice, and its sums are the report.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/page_owner.h"

namespace holdfast {

/// Whole pages [begin, end).
struct PageSpan {
  uint64_t begin = 0;
  uint64_t end = 0;

  [[nodiscard]] int64_t size_bytes() const { return static_cast<int64_t>(end - begin); }
  friend bool operator==(const PageSpan&, const PageSpan&) = default;
};

/// What became of a page.
enum class PageFate : uint8_t {
  kOrdered,  ///< No answer yet.
  kLocked,
  kRefused,  ///< By the kernel.
  kLeftOut,  ///< Found no room under the limit.
};
inline constexpr size_t kPageFates = 4;

/// All pages of one kind of memory of one file.
struct LedgerRow {
  MemoryRole role = MemoryRole::kUnknown;
  std::string mapping;  ///< As in PageOwner; of a stack, the thread's name.
  int64_t bytes[kPageFates] = {};

  [[nodiscard]] int64_t of(PageFate fate) const { return bytes[static_cast<size_t>(fate)]; }
};

/// Pages by address. One thread.
class LockLedger {
 public:
  explicit LockLedger(size_t page_bytes) : page_bytes_(page_bytes) {}

  /// The parts of `span`, widened to whole pages, that nobody has asked for; pages that were left
  /// out are among them.
  [[nodiscard]] std::vector<PageSpan> missing(PageSpan span) const;
  /// Ordered, locked or refused; pages that were left out are not.
  [[nodiscard]] bool is_taken(uint64_t address) const;
  [[nodiscard]] bool is_locked(uint64_t address) const;

  /// Notes all pages of `span`, whatever was noted before.
  void note(PageSpan span, PageFate fate, const PageOwner& owner);
  /// The same for pages whose owner is noted already; others are not noted.
  void note(PageSpan span, PageFate fate);

  /// Forgets pages of which `is_mapped` says that they are gone.
  void forget_unmapped(const std::function<bool(uint64_t)>& is_mapped);

  [[nodiscard]] int64_t bytes(PageFate fate) const;
  /// Pages of one fate as spans without gaps, rising; of several owners.
  [[nodiscard]] std::vector<PageSpan> spans(PageFate fate) const;
  /// By role and mapping, the largest locked first.
  [[nodiscard]] std::vector<LedgerRow> rows() const;

 private:
  struct Entry {
    PageFate fate = PageFate::kOrdered;
    uint32_t place = 0;  ///< Index into places_.
  };
  struct Place {
    MemoryRole role;
    std::string mapping;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  [[nodiscard]] PageSpan whole(PageSpan span) const;
  uint32_t place_of(const PageOwner& owner);

  size_t page_bytes_;
  std::map<uint64_t, Entry> pages_;
  std::vector<Place> places_;
  std::map<Place, uint32_t> numbers_;
  int64_t bytes_[kPageFates] = {};
};

}  // namespace holdfast
