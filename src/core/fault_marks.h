// SPDX-License-Identifier: MIT
// The page faults of the audio thread, each as an event of its own, and the pages they were taken
// in: which page came back when. A page that faults twice was away in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/quantity.h"
#include "core/address_space.h"
#include "rt/record.h"

namespace holdfast {

/// One fault.
struct FaultMark {
  Nanos begin;
  Nanos length;
  uint32_t page = 0;  ///< Index into FaultMarks::pages(), or kNoPage.
  bool is_major = false;
};

/// A page in which faults were taken.
struct FaultedPage {
  uint64_t address = 0;  ///< Of its first byte.
  PageOwner owner;
  int64_t major = 0;
  int64_t minor = 0;
};

/// Keeps all major faults up to a limit; when there are too many, it is short minor faults that go
/// without a mark, all through the run. One thread.
class FaultMarks {
 public:
  static constexpr size_t kMostMarks = 250'000;
  static constexpr size_t kMostPages = 4096;
  static constexpr uint32_t kNoPage = UINT32_MAX;

  explicit FaultMarks(size_t most_marks = kMostMarks, size_t most_pages = kMostPages)
      : most_marks_(most_marks), most_pages_(most_pages) {}

  /// `space`: as it was told so far.
  void add(const FaultRecord& fault, const AddressSpace& space);
  /// No fault follows: names pages by what was told since, and puts marks into the order of time.
  void finish(const AddressSpace& space);

  /// In the order of time once all is finished.
  [[nodiscard]] const std::vector<FaultMark>& marks() const { return marks_; }
  /// In the order of their first fault.
  [[nodiscard]] const std::vector<FaultedPage>& pages() const { return pages_; }
  /// All faults, those without a mark included.
  [[nodiscard]] int64_t major() const { return major_; }
  [[nodiscard]] int64_t minor() const { return minor_; }
  /// Faults without a mark.
  [[nodiscard]] int64_t hidden() const {
    return major_ + minor_ - static_cast<int64_t>(marks_.size());
  }

 private:
  uint32_t page_of(const FaultRecord& fault, const AddressSpace& space);
  void thin_out();

  size_t most_marks_;
  size_t most_pages_;
  std::vector<FaultMark> marks_;
  std::vector<FaultedPage> pages_;
  std::vector<uint32_t> threads_;       ///< Beside pages_: who faulted there first.
  std::map<uint64_t, uint32_t> index_;  ///< Page number -> index.
  Nanos ordinary_;                      ///< Of minor faults as short as this ...
  uint64_t stride_ = 1;                 ///< ... one in so many gets a mark.
  int64_t major_ = 0;
  int64_t minor_ = 0;
};

}  // namespace holdfast
