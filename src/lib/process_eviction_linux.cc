// SPDX-License-Identifier: MIT
#include "lib/process_eviction_linux.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "act/machine_memory.h"
#include "act/process_pages.h"
#include "act/thread_hold.h"
#include "core/evictor.h"
#include "core/page_flags.h"
#include "probe/clock_linux.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::lib {
namespace {

/// One mapping, or a piece of one, with its file and what is remembered of its pages.
struct Part {
  Mapping mapping;
  Backing backing = Backing::kAnonymous;
  bool is_locked = false;
  probe::FileDescriptor file;
  std::optional<probe::PageCacheView> cache;  ///< Where the kernel tells the truth about the file.
  std::vector<uint64_t> frames;  ///< Where each page was in RAM when it was last seen there; or 0.
};

/// Whether a page is in RAM, by somebody who knows.
enum class Witness : uint8_t { kSilent, kNo, kYes };

bool is_any_locked(const Mapping& mapping, std::span<const MemoryRange> locked) {
  return std::ranges::any_of(locked, [&mapping](const MemoryRange& range) {
    return mapping.begin >= range.begin && mapping.begin < range.end();
  });
}

/// The mapping is one of a program or a library, and such a file changes only when it is installed.
bool is_code_file(RegionKind kind) {
  return kind != RegionKind::kFile && kind != RegionKind::kSharedMemory;
}

Part make_part(int pid, RegionKind kind, const Mapping& mapping,
               std::span<const MemoryRange> locked) {
  Part part{mapping,
            backing_of(mapping),
            is_any_locked(mapping, locked),
            probe::FileDescriptor(),
            std::nullopt,
            {}};
  if (mapping.inode == 0) return part;
  part.file = probe::open_mapped_file(pid, mapping);
  // A program that was built just now is not on the disk yet, and would not leave.
  if (is_code_file(kind)) act::write_out_file(part.file.number());
  if (auto view = probe::PageCacheView::open(pid, mapping)) part.cache.emplace(std::move(*view));
  return part;
}

}  // namespace

class ProcessEviction::Ground : public EvictionGround {
 public:
  static Result<std::unique_ptr<Ground>> open(int pid, const std::vector<Region>& regions,
                                              std::span<const MemoryRange> locked) {
    HF_TRY_ASSIGN(act::ProcessPages pages, act::ProcessPages::open(pid));
    HF_TRY_ASSIGN(probe::ProcFile pagemap,
                  probe::ProcFile::open(probe::proc_path("/proc", pid, "pagemap")));
    auto ground = std::make_unique<Ground>(pid, std::move(pages), std::move(pagemap));
    for (size_t i = 0; i < regions.size(); ++i) {
      for (const Mapping& mapping : regions[i].parts) {
        ground->parts_.push_back(make_part(pid, regions[i].kind, mapping, locked));
        ground->sizes_.push_back({i, mapping.size_bytes() / probe::page_bytes()});
      }
    }
    return ground;
  }

  Ground(int pid, act::ProcessPages pages, probe::ProcFile pagemap)
      : is_own_(pid == getpid()),
        pages_(std::move(pages)),
        pagemap_(std::move(pagemap)),
        hold_(pid) {
    auto flags = probe::ProcFile::open("/proc/kpageflags");
    if (flags) page_flags_.emplace(std::move(*flags));
  }

  [[nodiscard]] const std::vector<EvictionPart>& sizes() const { return sizes_; }

  /// What was refused since the last call.
  [[nodiscard]] std::vector<Unavailable> take_missing() { return std::exchange(missing_, {}); }

  /// Frames are remembered within one eviction only: another page may be there by the next.
  void begin() {
    for (Part& part : parts_) part.frames.clear();
  }

  Result<> hold() override {
    if (is_own_) return expect_random(true);
    Result<> held = hold_.hold();
    if (held || held.error().system_errno == ESRCH) return held;
    missing_.push_back({held.error().what, "pages that the threads use meanwhile come back"});
    return Done{};
  }

  void release() override {
    if (is_own_) static_cast<void>(expect_random(false));
    hold_.release();
  }

  Result<> look(size_t number, const PageRun& run, std::vector<PageLook>& looks) override {
    Part& part = parts_[number];
    entries_.resize(run.count);
    const size_t wanted_bytes = run.count * sizeof(uint64_t);
    const uintptr_t first_page = part.mapping.begin / probe::page_bytes() + run.first;
    HF_TRY_ASSIGN(const size_t read_bytes,
                  pagemap_.read_at(entries_.data(), wanted_bytes, first_page * sizeof(uint64_t)));
    if (read_bytes != wanted_bytes) {
      return Error{ErrorKind::kUnavailable, ESRCH,
                   "the process has ended, or runs another program now"};
    }
    part.frames.resize(part.mapping.size_bytes() / probe::page_bytes());
    const bool has_core = ask_core(part);
    looks.clear();
    for (size_t i = 0; i < run.count; ++i) {
      const size_t index = run.first + i;
      const Witness core = !has_core                 ? Witness::kSilent
                           : (core_[index] & 1) != 0 ? Witness::kYes
                                                     : Witness::kNo;
      looks.push_back(judge(part, index, decode_pagemap(entries_[i]), core));
    }
    return Done{};
  }

  void page_out(size_t number, std::span<const PageRun> runs) override {
    const Part& part = parts_[number];
    static_cast<void>(pages_.page_out(ranges_of(part, runs)));
    if (!is_own_ || part.backing != Backing::kFile || part.cache || part.mapping.is_writable)
      return;
    // Not our file: the kernel pages nothing of it out for us. What nobody can write is unmapped.
    for (const PageRun& run : runs) unmap_file_pages(part, run);
  }

  void read_back(size_t number, std::span<const PageRun> runs) override {
    pages_.read_back(ranges_of(parts_[number], runs));
  }

  void forget(size_t number, std::span<const PageRun> runs) override {
    const Part& part = parts_[number];
    if (part.file.number() < 0) return;
    for (const PageRun& run : runs) {
      act::forget_file_pages(part.file.number(),
                             part.mapping.offset_bytes + run.first * probe::page_bytes(),
                             run.count * probe::page_bytes());
    }
  }

  void drain() override { act::drain_page_lists(); }

  [[nodiscard]] bool is_permitted(size_t part) const override {
    return parts_[part].cache.has_value();
  }

  [[nodiscard]] bool has_free_swap() const override {
    const auto memory = act::read_machine_memory();
    return memory && memory->room.swap_free_bytes > 0;
  }

  [[nodiscard]] Nanos now() const override { return probe::monotonic_now(); }

  void pause() override { rest(is_own_ ? kMillisecond : kMicrosecond * 50); }

  void rest(Nanos time) override {
    const timespec wanted = {time.count / kSecond.count, time.count % kSecond.count};
    nanosleep(&wanted, nullptr);
  }

 private:
  static MemoryRange range_of(const Part& part, const PageRun& run) {
    return {part.mapping.begin + run.first * probe::page_bytes(), run.count * probe::page_bytes(),
            "pages"};
  }

  static std::vector<MemoryRange> ranges_of(const Part& part, std::span<const PageRun> runs) {
    std::vector<MemoryRange> ranges;
    for (const PageRun& run : runs) ranges.push_back(range_of(part, run));
    return ranges;
  }

  /// Only pages that are those of the file as they are looked at now: a private copy (RELRO has
  /// such) would be lost.
  void unmap_file_pages(const Part& part, const PageRun& run) {
    const uintptr_t first_page = part.mapping.begin / probe::page_bytes() + run.first;
    entries_.resize(run.count);
    const auto read_bytes = pagemap_.read_at(entries_.data(), run.count * sizeof(uint64_t),
                                             first_page * sizeof(uint64_t));
    if (!read_bytes || *read_bytes != run.count * sizeof(uint64_t)) return;
    for (size_t i = 0; i < run.count; ++i) {
      const PagemapEntry entry = decode_pagemap(entries_[i]);
      if (entry.is_present && entry.is_file_or_shared) {
        act::unmap_file_pages(range_of(part, {run.first + i, 1}));
      }
    }
  }

  /// Without it, the code that pushes out its own neighbours would read them in again.
  Result<> expect_random(bool is_random) {
    for (const Part& part : parts_) {
      if (part.backing != Backing::kFile) continue;
      madvise(reinterpret_cast<void*>(part.mapping.begin), part.mapping.size_bytes(),
              is_random ? MADV_RANDOM : MADV_NORMAL);
    }
    return Done{};
  }

  /// Fills core_ for the whole part; false when mincore() cannot be asked, or would not tell.
  bool ask_core(const Part& part) {
    const bool is_anonymous = part.backing == Backing::kAnonymous;
    if (is_own_ && (is_anonymous || part.cache)) {
      return probe::read_own_core(part.mapping.begin, part.mapping.size_bytes(), core_);
    }
    return part.cache && part.cache->read(core_);
  }

  PageLook judge(Part& part, size_t index, PagemapEntry entry, Witness core) {
    PageLook look;
    const Witness witness = entry.is_swapped ? ask_swap_cache(part, index, core) : core;
    const Backing backing = entry.is_swapped ? Backing::kAnonymous : part.backing;
    look.state = judge_page(
        backing, entry,
        witness == Witness::kSilent ? std::nullopt : std::optional(witness == Witness::kYes));
    look.is_unclear = entry.is_swapped && witness == Witness::kSilent;
    look.is_file = part.backing == Backing::kFile &&
                   (entry.is_present ? entry.is_file_or_shared : !entry.is_swapped);
    look.is_shared = entry.is_present && !entry.is_exclusive;
    look.is_locked = part.is_locked;
    note_flags(part, index, entry, look);
    return look;
  }

  /// Whether a page in swap is in RAM as well. Of the own process, mincore() has said it.
  Witness ask_swap_cache(const Part& part, size_t index, Witness core) {
    if (is_own_) return core;
    const auto flags = flags_of(part.frames[index]);
    if (!flags) return Witness::kSilent;
    return flags->is_swap_cache ? Witness::kYes : Witness::kNo;
  }

  /// What only root is told. Asked about a page that was seen before, and is still there.
  void note_flags(Part& part, size_t index, PagemapEntry entry, PageLook& look) {
    uint64_t& frame = part.frames[index];
    const bool was_seen = frame != 0 && (!entry.is_present || entry.frame == frame);
    if (entry.is_present) frame = entry.frame;
    if (!was_seen || is_own_) return;
    const auto flags = flags_of(frame);
    if (!flags) return;
    look.is_written = flags->is_written && look.state != PageState::kSwapped;
    if (!entry.is_present) return;
    look.is_dirty = flags->is_dirty;
    look.is_locked = look.is_locked || flags->is_unevictable;
  }

  std::optional<PageFlags> flags_of(uint64_t frame) {
    uint64_t entry = 0;
    if (frame == 0 || !page_flags_) return std::nullopt;
    const auto read_bytes = page_flags_->read_at(&entry, sizeof entry, frame * sizeof entry);
    if (!read_bytes || *read_bytes != sizeof entry) return std::nullopt;
    return decode_page_flags(entry);
  }

  bool is_own_;
  act::ProcessPages pages_;
  probe::ProcFile pagemap_;
  std::optional<probe::ProcFile> page_flags_;
  act::ThreadHold hold_;
  std::vector<Part> parts_;
  std::vector<EvictionPart> sizes_;
  std::vector<Unavailable> missing_;
  std::vector<uint64_t> entries_;  ///< Kept between looks, as is core_.
  std::vector<unsigned char> core_;
};

Result<ProcessEviction> ProcessEviction::open(int pid, const std::vector<Region>& regions,
                                              std::span<const MemoryRange> locked) {
  HF_TRY_ASSIGN(std::unique_ptr<Ground> ground, Ground::open(pid, regions, locked));
  return ProcessEviction(std::move(ground), regions);
}

ProcessEviction::ProcessEviction(std::unique_ptr<Ground> ground, const std::vector<Region>& regions)
    : ground_(std::move(ground)) {
  for (const Region& region : regions) {
    const uintptr_t begin = region.parts.empty() ? 0 : region.parts.front().begin;
    ranges_.push_back({region.kind, region.name, begin, region.size_bytes()});
  }
}

ProcessEviction::ProcessEviction(ProcessEviction&& other) noexcept = default;
ProcessEviction::~ProcessEviction() = default;

Result<Eviction> ProcessEviction::evict() {
  ground_->begin();
  auto eviction = holdfast::evict(ranges_, ground_->sizes(), *ground_);
  if (eviction) eviction->missing = ground_->take_missing();
  return eviction;
}

}  // namespace holdfast::lib
