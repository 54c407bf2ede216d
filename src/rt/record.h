// SPDX-License-Identifier: MIT
// The one format in which facts cross every border: thread (ring), process (shared memory), disk
// (.hft trace) and network. 64 bytes each, little-endian, no pointers. Every kind begins with the
// same 16 bytes, so that a reader can skip kinds it does not know. docs/trace-format.md lists the
// fields; the test `TraceFormatPageListsEveryField` compares.
#pragma once

#include <bit>
#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/timeline.h"

namespace holdfast {

/// What a record is about. Numbers are for ever; new kinds get new numbers.
enum class RecordKind : uint16_t {
  kBlock = 1,    ///< One block, as delivered.
  kDropped = 2,  ///< The ring was full: blocks the audio thread counted but could not record.
  kFaults = 3,   ///< The audio thread's own page faults since it started.
  kClock = 4,    ///< UTC beside CLOCK_MONOTONIC, to name moments.
  kEnd = 5,      ///< The run ended in order.
};

/// The first 16 bytes of every record.
struct RecordHead {
  RecordKind kind = RecordKind::kBlock;
  uint16_t flags = 0;
  uint32_t epoch = 0;
  int64_t mono_ns = 0;  ///< When: CLOCK_MONOTONIC.
};

/// A record of unknown kind.
struct Record {
  RecordHead head;
  unsigned char body[48] = {};
};

inline constexpr uint16_t kBlockIsSilent = 1;
inline constexpr uint16_t kBlockIsTorn = 2;
inline constexpr uint16_t kBlockSourceShift = 8;  ///< LossSource in the flags' high byte.

/// kBlock; head.mono_ns is when the audio thread woke for it.
struct BlockRecord {
  RecordHead head;
  int64_t position_frames = 0;
  int64_t due_ns = 0;
  uint64_t content = 0;
  int64_t lost_before_frames = -1;
  uint32_t frames = 0;
  uint32_t lost_error_frames = 0;
  uint64_t reserved = 0;
};

/// kDropped: what happened meanwhile, by the audio thread's own timeline. The counts are sums over
/// all that was not recorded since the last block that was; the other two say where it went on.
struct DroppedRecord {
  RecordHead head;
  int64_t blocks = 0;
  int64_t received_frames = 0;
  int64_t missing_frames = 0;
  int64_t gaps = 0;
  int64_t device_front_frames = 0;  ///< Device position where the record goes on.
  int64_t last_due_ns = 0;
};

/// kFaults: the audio thread's counters, read by somebody else.
struct FaultsRecord {
  RecordHead head;
  int64_t major = 0;  ///< Needed I/O; since just before its first block.
  int64_t minor = 0;
  int64_t reserved[4] = {};
};

/// kClock: UTC = head.mono_ns + utc_minus_mono_ns.
struct ClockRecord {
  RecordHead head;
  int64_t utc_minus_mono_ns = 0;
  int64_t reserved[5] = {};
};

/// Why a run ended.
enum class EndReason : int64_t { kFinished = 1, kInterrupted = 2, kDeviceGone = 3 };

/// kEnd.
struct EndRecord {
  RecordHead head;
  int64_t reason = 0;
  int64_t reserved[5] = {};
};

static_assert(sizeof(Record) == 64 && sizeof(BlockRecord) == 64 && sizeof(DroppedRecord) == 64 &&
              sizeof(FaultsRecord) == 64 && sizeof(ClockRecord) == 64 && sizeof(EndRecord) == 64);

/// Copies a record between its kind's type and the plain one. RT safe.
template <class To, class From>
HF_RT_INLINE To record_cast(const From& from) {
  return std::bit_cast<To>(from);
}

/// A block as a record. RT safe.
HF_RT_INLINE BlockRecord to_record(const Block& block) {
  BlockRecord record;
  record.head.kind = RecordKind::kBlock;
  record.head.flags = static_cast<uint16_t>(
      (block.is_silent ? kBlockIsSilent : 0) | (block.is_torn ? kBlockIsTorn : 0) |
      (static_cast<unsigned>(block.source) << kBlockSourceShift));
  record.head.epoch = block.epoch;
  record.head.mono_ns = block.woke.count;
  record.position_frames = block.position.count;
  record.due_ns = block.due.count;
  record.content = block.content;
  record.lost_before_frames = block.lost_before.count;
  record.frames = static_cast<uint32_t>(block.frames.count);
  record.lost_error_frames = static_cast<uint32_t>(block.lost_error.count);
  return record;
}

/// A record as a block. RT safe.
Block to_block(const BlockRecord& record) HF_REALTIME;

}  // namespace holdfast
