// SPDX-License-Identifier: MIT
#include "core/lock_room.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/byte_size.h"

namespace holdfast {
namespace {

// Numbers as on every architecture that is supported here.
constexpr int kNotPermitted = 1;
constexpr int kInterrupted = 4;
constexpr int kTryAgain = 11;
constexpr int kNoMemory = 12;
constexpr int kInvalid = 22;

std::string limit_text(const LockRoom& room) {
  return "the lock limit is " + format_byte_size(room.limit_bytes.value_or(0)) + ", " +
         format_byte_size(room.left_bytes().value_or(0)) + " of it left";
}

std::string why_no_memory(const LockCall& call, const LockRoom& room, uint64_t page_bytes) {
  const auto left = room.left_bytes();
  if (call.kind == LockCallKind::kMlockall && left) {
    return limit_text(room) + ", and everything that is mapped counts";
  }
  const int64_t charged = charged_bytes(call.address, call.size_bytes, page_bytes);
  if (left && charged > *left) return limit_text(room) + "; raise it (ulimit -l, limits.conf)";
  return "a part of the range is not mapped, or memory is short";
}

}  // namespace

std::optional<int64_t> LockRoom::left_bytes() const {
  if (is_exempt || !limit_bytes) return std::nullopt;
  return std::max<int64_t>(0, *limit_bytes - locked_bytes);
}

int64_t charged_bytes(uint64_t address, uint64_t size_bytes, uint64_t page_bytes) {
  const uint64_t before = address % page_bytes;
  const uint64_t longest = uint64_t{INT64_MAX} - 2 * page_bytes;
  const uint64_t touched = std::min(size_bytes, longest) + before + page_bytes - 1;
  return static_cast<int64_t>(touched / page_bytes * page_bytes);
}

std::string errno_name(int error) {
  constexpr std::array<std::pair<int, const char*>, 15> kNames = {{{1, "EPERM"},
                                                                   {2, "ENOENT"},
                                                                   {3, "ESRCH"},
                                                                   {4, "EINTR"},
                                                                   {5, "EIO"},
                                                                   {9, "EBADF"},
                                                                   {11, "EAGAIN"},
                                                                   {12, "ENOMEM"},
                                                                   {13, "EACCES"},
                                                                   {14, "EFAULT"},
                                                                   {16, "EBUSY"},
                                                                   {19, "ENODEV"},
                                                                   {22, "EINVAL"},
                                                                   {38, "ENOSYS"},
                                                                   {43, "EIDRM"}}};
  for (const auto& [number, name] : kNames) {
    if (number == error) return name;
  }
  return "errno " + std::to_string(error);
}

std::string why_refused(const LockCall& call, int error, const LockRoom& room,
                        uint64_t page_bytes) {
  const LockEffect effect = effect_of(call.kind);
  if (effect == LockEffect::kUnlocks && error == kNoMemory) {
    return "a part of the range is not mapped";
  }
  if (effect == LockEffect::kAdvises && error == kInvalid) {
    return "the pages are locked, or the kernel does not know this advice";
  }
  if (effect == LockEffect::kLimits && error == kNotPermitted) {
    return "only root may raise the hard limit";
  }
  if (effect != LockEffect::kLocks) return "";
  switch (error) {
    case kNotPermitted:
      return room.limit_bytes == 0 ? "the lock limit is 0" : "this user may not lock it";
    case kTryAgain:
      return room.left_bytes() ? limit_text(room) + "; raise it (ulimit -l, limits.conf)"
                               : "some pages could not be brought in";
    case kNoMemory:
      return why_no_memory(call, room, page_bytes);
    case kInterrupted:
      return "a signal came";
    default:
      return "";
  }
}

}  // namespace holdfast
