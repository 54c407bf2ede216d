// SPDX-License-Identifier: MIT
#include "core/fault_marks.h"

#include <algorithm>

#include "core/thread_facts.h"

namespace holdfast {
namespace {

constexpr uint64_t kPageBytes = 4096;

/// Whether a fault that began then is one of one in `stride` (a power of two). By chance and not by
/// turns, because faults come in patterns. One that is in a larger stride is in all smaller ones.
bool is_in_sample(Nanos begin, uint64_t stride) {
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15U;  // spreads neighbours over all values
  return ((static_cast<uint64_t>(begin.count) * kGolden) >> 32) % stride == 0;
}

}  // namespace

void FaultMarks::add(const FaultRecord& fault, const AddressSpace& space) {
  const bool is_major = (fault.head.flags & kFaultIsMajor) != 0;
  (is_major ? major_ : minor_)++;
  const uint32_t page = page_of(fault, space);
  if (page != kNoPage) (is_major ? pages_[page].major : pages_[page].minor)++;
  const TimeSpan span = span_of(fault);
  const bool is_ordinary = !is_major && span.length() <= ordinary_;
  if (is_ordinary && !is_in_sample(span.begin, stride_)) return;
  if (marks_.size() >= most_marks_) thin_out();
  if (marks_.size() < most_marks_) marks_.push_back({span.begin, span.length(), page, is_major});
}

void FaultMarks::finish(const AddressSpace& space) {
  std::stable_sort(marks_.begin(), marks_.end(),
                   [](const FaultMark& a, const FaultMark& b) { return a.begin < b.begin; });
  for (size_t i = 0; i < pages_.size(); i++) {
    PageOwner owner = space.owner_of(pages_[i].address, threads_[i]);
    // A symbol is that of one address, and a page has many.
    owner.symbol.clear();
    if (owner.role != MemoryRole::kUnknown) pages_[i].owner = std::move(owner);
  }
}

uint32_t FaultMarks::page_of(const FaultRecord& fault, const AddressSpace& space) {
  const uint64_t number = fault.address / kPageBytes;
  const auto known = index_.find(number);
  if (known != index_.end()) return known->second;
  if (fault.address == 0 || pages_.size() >= most_pages_) return kNoPage;
  FaultedPage page;
  page.address = number * kPageBytes;
  page.owner = space.owner_of(page.address, fault.thread);
  page.owner.symbol.clear();
  const auto index = static_cast<uint32_t>(pages_.size());
  pages_.push_back(std::move(page));
  threads_.push_back(fault.thread);
  index_.emplace(number, index);
  return index;
}

/// Half of the shorter half of the minor faults, drawn by chance, lose their marks, and so will
/// those that come.
void FaultMarks::thin_out() {
  std::vector<Nanos> minor;
  for (const FaultMark& mark : marks_) {
    if (!mark.is_major) minor.push_back(mark.length);
  }
  if (minor.empty()) return;
  const auto middle = minor.begin() + static_cast<std::ptrdiff_t>(minor.size() / 2);
  std::nth_element(minor.begin(), middle, minor.end());
  ordinary_ = std::max(ordinary_, *middle);
  stride_ *= 2;
  std::erase_if(marks_, [this](const FaultMark& mark) {
    return !mark.is_major && mark.length <= ordinary_ && !is_in_sample(mark.begin, stride_);
  });
}

}  // namespace holdfast
