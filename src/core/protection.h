// SPDX-License-Identifier: MIT
// What a thread of a program should have locked when nobody has recorded which pages it touches:
// its stack, what its author has marked, and then the code and data around it, most important
// first, as far as the lock limit goes. (core/lock_plan is for a thread that was looked at.)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory_range.h"
#include "core/regions.h"

namespace holdfast {

/// Kinds of memory, in the order in which they are locked. Their numbers are part of the C
/// interface: new ones go to the end.
enum class ProtectedKind : uint8_t {
  kStack,             ///< The thread's: what is in use, and further down the headroom.
  kThreadLocal,       ///< Its thread-local variables.
  kMarkedText,        ///< HF_RT_TEXT.
  kMarkedConstants,   ///< HF_RT_CONST.
  kMarkedData,        ///< HF_RT_DATA.
  kGiven,             ///< What the caller named.
  kOwn,               ///< What libholdfast itself runs on the audio thread.
  kProgramText,       ///< Code of the program.
  kProgramConstants,  ///< Its constants, and tables that the compiler made of the code.
  kProgramData,       ///< Its variables.
  kLibraryText,
  kLibraryConstants,
  kLibraryData,
  kHeap,  ///< The heap as large as it is now.
};
inline constexpr size_t kProtectedKinds = 14;

/// "stack", "program text".
std::string_view name_of(ProtectedKind kind);

/// What only the thread and the caller know. Ranges need not be whole pages; empty ones are left
/// out.
struct ProtectionWish {
  MemoryRange stack_in_use;
  MemoryRange stack_headroom;  ///< Below it. The part next to it may be locked alone.
  MemoryRange thread_local_storage;
  MemoryRange marked_text;
  MemoryRange marked_constants;
  MemoryRange marked_data;
  std::vector<MemoryRange> given;
  std::vector<MemoryRange> own;
  bool has_program = false;
  bool has_libraries = false;
  bool has_heap = false;
};

/// One call of mlock(): whole pages, at least one.
struct ProtectedRange {
  ProtectedKind kind = ProtectedKind::kStack;
  std::string name;  ///< "libm.so.6 text".
  uintptr_t begin = 0;
  size_t size_bytes = 0;
  bool is_divisible = false;  ///< Its upper part is of use without the lower.
};

/// In the order in which to lock; of one kind, the smaller ones first, so that most are locked.
std::vector<ProtectedRange> plan_protection(const std::vector<Region>& regions,
                                            const ProtectionWish& wish, size_t page_bytes);

/// Who locks: the kernel, or a test.
class PageLocker {
 public:
  virtual ~PageLocker() = default;
  /// 0 or the errno of mlock().
  virtual int lock(uintptr_t begin, size_t size_bytes) = 0;
};

/// How much may be locked.
struct LockAllowance {
  size_t bytes = 0;
  int refusal = 0;                   ///< The errno for what does not fit.
  std::vector<MemoryRange> already;  ///< Is locked, and so costs nothing.
};

/// What became of one kind of memory. asked = locked + refused.
struct ProtectedTotal {
  size_t asked_bytes = 0;
  size_t locked_bytes = 0;
  size_t refused_bytes = 0;
  int refusal = 0;  ///< Errno of the first refusal; 0 when there was none.
};

/// What became of a plan. A page that is in two ranges counts in both kinds, but once in the total.
struct Protection {
  std::array<ProtectedTotal, kProtectedKinds> kinds;
  size_t locked_bytes = 0;   ///< All pages of the plan that are locked now.
  size_t charged_bytes = 0;  ///< Those of them that were not locked before.
  size_t refused_bytes = 0;
  std::string first_refused;  ///< Its name; "" when all is locked.
};

/// Locks what fits, in the order of the plan. What does not fit is left out without asking the
/// kernel, and smaller ranges behind it still get their chance.
Protection protect(std::span<const ProtectedRange> plan, const LockAllowance& room,
                   size_t page_bytes, PageLocker& locker);

}  // namespace holdfast
