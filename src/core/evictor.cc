// SPDX-License-Identifier: MIT
#include "core/evictor.h"

#include <algorithm>
#include <span>
#include <utility>

namespace holdfast {
namespace {

/// A page that is to leave.
struct Page {
  size_t part = 0;
  size_t index = 0;
  PageLook look;
  bool was_out = false;  ///< Seen out of RAM, or unmapped.
  int pushes = 0;
  bool is_read_back = false;   ///< In this attempt.
  bool was_read_back = false;  ///< Its copy in RAM is clean: once unmapped, it is gone.
};

using Batch = std::span<Page>;

bool is_in_ram(PageState state) {
  return state == PageState::kResident || state == PageState::kSwapCache ||
         state == PageState::kPageCache;
}

/// Nothing more to be done, and the next access needs I/O. A page that was given back meanwhile is
/// out, too.
bool is_out(const Page& page) {
  switch (page.look.state) {
    case PageState::kNotResident:
    case PageState::kUntouched:
      return true;
    case PageState::kSwapped:
      return !page.look.is_unclear || page.was_read_back;
    default:
      return false;
  }
}

/// Unmapped, and the rest is not told: all that can be done was done.
bool is_untold(const Page& page) {
  return page.look.state == PageState::kUnknown && page.pushes > 0;
}

/// No attempt will help. What nobody here maps and its file keeps is mapped by somebody else.
bool is_hopeless(const Page& page, bool has_swap) {
  constexpr int kMostPushesOfFiles = 3;
  const PageLook& look = page.look;
  if (look.is_locked) return true;
  if (look.state == PageState::kPageCache) return page.pushes >= kMostPushesOfFiles;
  if (look.state == PageState::kResident && look.is_shared) return true;
  return look.state == PageState::kResident && !look.is_file && !has_swap && page.pushes > 0;
}

/// What wants to be mapped again before it can leave.
bool is_half_out(const Page& page) {
  const PageLook& look = page.look;
  if (look.is_written) return false;
  return look.state == PageState::kSwapCache ||
         (look.state == PageState::kSwapped && !is_out(page));
}

/// It was pushed, and there is no other reason for it to be here. Kernel 6.18: a page that was just
/// mapped, or written to swap, is in a list that only its processor empties.
bool is_kept_by_a_list(const Page& page) {
  if (page.pushes == 0 || page.look.is_written) return false;
  return page.look.state == PageState::kResident || page.look.state == PageState::kPageCache ||
         page.was_read_back;
}

/// The chosen pages of each part as runs of neighbours; calls `action(part, runs)`.
template <class Choice, class Action>
void for_runs(Batch batch, Choice is_chosen, Action action) {
  std::vector<PageRun> runs;
  for (size_t i = 0; i < batch.size(); ++i) {
    const Page& page = batch[i];
    if (is_chosen(page)) {
      const bool is_next = !runs.empty() && runs.back().first + runs.back().count == page.index;
      is_next ? void(++runs.back().count) : runs.push_back({page.index, 1});
    }
    const bool is_end_of_part = i + 1 == batch.size() || batch[i + 1].part != page.part;
    if (!is_end_of_part || runs.empty()) continue;
    action(page.part, std::span<const PageRun>(runs));
    runs.clear();
  }
}

class Evictor {
 public:
  Evictor(std::vector<EvictedRange> ranges, const std::vector<EvictionPart>& parts,
          EvictionGround& ground, const EvictionLimits& limits)
      : parts_(parts), ground_(ground), limits_(limits), has_swap_(ground.has_free_swap()) {
    eviction_.ranges = std::move(ranges);
  }

  Result<Eviction> run() {
    const Nanos start = ground_.now();
    HF_TRY(find_pages());
    if (!pages_.empty()) {
      HF_TRY(begin_hold());
      const Result<> result = push_all();
      end_hold();
      if (!result) return result.error();
    }
    eviction_.took = ground_.now() - start;
    return std::move(eviction_);
  }

 private:
  EvictedRange& range_of_part(size_t part) { return eviction_.ranges[parts_[part].range]; }

  /// What there is to push out. Pages of swap first, in batches; those of files after all of them,
  /// at once: a thread that runs in between would read in what was dropped before.
  Result<> find_pages() {
    std::vector<PageLook> looks;
    for (size_t part = 0; part < parts_.size(); ++part) {
      HF_TRY(ground_.look(part, {0, parts_[part].pages}, looks));
      for (size_t i = 0; i < looks.size(); ++i) add_page(part, i, looks[i]);
    }
    const auto files = std::stable_partition(pages_.begin(), pages_.end(),
                                             [](const Page& page) { return !page.look.is_file; });
    files_begin_ = static_cast<size_t>(files - pages_.begin());
    return Done{};
  }

  void add_page(size_t part, size_t index, const PageLook& look) {
    EvictedRange& range = range_of_part(part);
    if (is_in_ram(look.state) || (look.state == PageState::kUnknown && look.is_file)) {
      ++range.asked;
      pages_.push_back({part, index, look});
    } else if (look.state == PageState::kSwapped || look.state == PageState::kNotResident) {
      ++range.already_out;
    }
  }

  Result<> begin_hold() {
    hold_start_ = ground_.now();
    return ground_.hold();
  }

  void end_hold() {
    ground_.release();
    eviction_.held += ground_.now() - hold_start_;
  }

  Result<> push_all() {
    const Batch all(pages_);
    for (size_t first = 0; first < files_begin_; first += limits_.batch_pages) {
      HF_TRY(push_batch(all.subspan(first, std::min(limits_.batch_pages, files_begin_ - first))));
    }
    return push_batch(all.subspan(files_begin_));
  }

  Result<> push_batch(Batch batch) {
    if (ground_.now() - hold_start_ > limits_.longest_hold) {
      end_hold();
      ground_.rest(limits_.longest_hold);
      HF_TRY(begin_hold());
    }
    size_t pending_before = batch.size() + 1;
    int drains = 0;
    for (int attempt = 0; attempt < limits_.most_attempts; ++attempt) {
      HF_TRY(look_again(batch));
      const auto pending = static_cast<size_t>(
          std::ranges::count_if(batch, [this](const Page& page) { return is_pending(page); }));
      if (pending == 0) break;
      if (pending >= pending_before) wait(batch, drains);
      pending_before = pending;
      HF_TRY(push(batch));
    }
    for (const Page& page : batch) count(page);
    return Done{};
  }

  [[nodiscard]] bool is_pending(const Page& page) const {
    return !is_out(page) && !is_untold(page) && !is_hopeless(page, has_swap_);
  }

  /// Nothing left in the last attempt: either pages are being written, or a processor's list of
  /// pages that were just used holds them.
  void wait(Batch batch, int& drains) {
    constexpr int kMostDrains = 3;
    const bool is_kept = std::ranges::any_of(
        batch, [this](const Page& page) { return is_pending(page) && is_kept_by_a_list(page); });
    is_kept&& drains++ < kMostDrains ? ground_.drain() : ground_.pause();
  }

  Result<> look_again(Batch batch) {
    for (size_t begin = 0, end = 0; begin < batch.size(); begin = end) {
      const size_t part = batch[begin].part;
      while (end < batch.size() && batch[end].part == part) ++end;
      const PageRun run{batch[begin].index, batch[end - 1].index - batch[begin].index + 1};
      HF_TRY(ground_.look(part, run, looks_));
      for (Page& page : batch.subspan(begin, end - begin)) {
        page.look = looks_[page.index - run.first];
        page.was_out = page.was_out || (page.pushes > 0 && page.look.state != PageState::kResident);
      }
    }
    return Done{};
  }

  Result<> push(Batch batch) {
    HF_TRY(read_back(batch));
    const auto is_mapped = [this](const Page& page) {
      return is_pending(page) && (page.look.state == PageState::kResident || is_half_out(page));
    };
    for_runs(batch, is_mapped, [this](size_t part, auto runs) { ground_.page_out(part, runs); });
    const auto is_unmapped = [this](const Page& page) {
      return is_pending(page) && page.look.is_file && page.look.state != PageState::kResident;
    };
    for_runs(batch, is_unmapped, [this](size_t part, auto runs) { ground_.forget(part, runs); });
    for (Page& page : batch) page.pushes += is_pending(page) ? 1 : 0;
    return Done{};
  }

  /// What is half out is mapped again, and looked at: it may be in another place in RAM now.
  Result<> read_back(Batch batch) {
    bool has_any = false;
    for (Page& page : batch) {
      page.is_read_back = is_pending(page) && is_half_out(page);
      has_any = has_any || page.is_read_back;
    }
    if (!has_any) return Done{};
    for_runs(
        batch, [](const Page& page) { return page.is_read_back; },
        [this](size_t part, auto runs) { ground_.read_back(part, runs); });
    HF_TRY(look_again(batch));
    for (Page& page : batch) page.was_read_back = page.was_read_back || page.is_read_back;
    return Done{};
  }

  void count(const Page& page) {
    EvictedRange& range = range_of_part(page.part);
    if (is_out(page)) {
      ++range.left;
    } else if (page.look.state == PageState::kUnknown) {
      ++range.unknown;
    } else if (page.look.state == PageState::kResident || page.look.is_locked ||
               page.look.state == PageState::kPageCache) {
      range.add_stayed(reason_of(page));
    } else {
      ++range.half_out;
    }
  }

  [[nodiscard]] StayReason reason_of(const Page& page) const {
    const PageLook& look = page.look;
    if (look.is_locked) return StayReason::kLocked;
    if (look.is_shared) return StayReason::kShared;
    if (!look.is_file && !has_swap_) return StayReason::kNoSwap;
    if (look.is_file && !ground_.is_permitted(page.part)) return StayReason::kNotPermitted;
    if (look.is_dirty) return StayReason::kDirty;
    // Nobody here maps it, it is clean, and the file keeps it: somebody else has it mapped.
    if (look.state == PageState::kPageCache) return StayReason::kShared;
    return page.was_out ? StayReason::kInUse : StayReason::kKept;
  }

  const std::vector<EvictionPart>& parts_;
  EvictionGround& ground_;
  EvictionLimits limits_;
  bool has_swap_;
  Eviction eviction_;
  std::vector<Page> pages_;
  size_t files_begin_ = 0;
  std::vector<PageLook> looks_;
  Nanos hold_start_;
};

}  // namespace

Result<Eviction> evict(std::vector<EvictedRange> ranges, const std::vector<EvictionPart>& parts,
                       EvictionGround& ground, const EvictionLimits& limits) {
  return Evictor(std::move(ranges), parts, ground, limits).run();
}

}  // namespace holdfast
