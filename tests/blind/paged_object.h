// SPDX-License-Identifier: MIT
// Something of the victim that is taken out of memory on purpose: a part of a stack, a table, code.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "blind/callback.h"
#include "blind/truth.h"

namespace holdfast::blind {

/// One such object.
struct PagedObject {
  MemoryRange range;  ///< Whole pages.
  Action action = Action::kTouch;
  /// Pages touched: each takes 50 to 300 us from an idle disk, and a block of 16 frames at 96 kHz
  /// is lost when its callback ends 333 us after its due time.
  size_t touches = 8;
  Expectation expectation;
  bool is_late = false;  ///< Known only when the audio thread runs: thread-local memory.
  std::string path;      ///< The file that it comes back from; empty: from swap.
};

/// Where objects that are files are made.
struct Places {
  std::string directory;         ///< On a disk.
  std::string shared_directory;  ///< In RAM: /dev/shm/...
  int reclaim = -1;  ///< Our cgroup's memory.reclaim or memory.force_empty, to write to; or -1.
};

/// Makes the object of a class; `stack` is the audio thread's. Errors: kUsage for no such class.
Result<PagedObject> make_object(const std::string& class_name, const MemoryRange& stack,
                                const Places& places);

/// Thread-local memory at `address` becomes the object's range.
void place_late(PagedObject& object, uint64_t address);

/// After everything was locked: unlocks it and asks for one page at a time, so that each access is
/// a fault of its own.
void prepare_pages(const PagedObject& object);

/// Addresses in pages that are far from each other, at random places in them.
std::vector<uint64_t> choose_addresses(const PagedObject& object, std::mt19937_64& random);

/// Takes objects out of memory, and nothing else: the kernel splits large folios of the page cache
/// when a part of them is to leave, and unmaps the rest even where it is locked (kernel 6.18).
class Evictor {
 public:
  static Result<Evictor> make(const PagedObject& object, const Places& places);

  /// Takes it out for the first time, while no block is due: large folios are split by then.
  void rehearse(const PagedObject& object) const;

  /// True once none of `addresses` is in memory, nor in the swap cache, nor in the page cache: the
  /// next access needs I/O.
  [[nodiscard]] bool take_out(const PagedObject& object,
                              const std::vector<uint64_t>& addresses) const;

 private:
  Evictor(int file, int reclaim) : file_(file), reclaim_(reclaim) {}
  void push_out(const PagedObject& object) const;

  int file_;     ///< The object's file, or our own program.
  int reclaim_;  ///< See Places; used for shared memory only.
};

}  // namespace holdfast::blind
