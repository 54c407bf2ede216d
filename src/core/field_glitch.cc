// SPDX-License-Identifier: MIT
#include "core/field_glitch.h"

#include <algorithm>
#include <cmath>

#include "core/budget.h"

namespace holdfast {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;

Nanos time_of_faults(const Glitch& glitch, std::string_view detail) {
  Nanos time;
  for (const BudgetPart& part : glitch.budget) {
    if (part.kind == CauseKind::kPageFault && part.detail == detail) time += part.time;
  }
  return time;
}

std::string_view section_of(MemoryRole role) {
  switch (role) {
    case MemoryRole::kStack:
      return "stack";
    case MemoryRole::kTls:
      return "tls";
    case MemoryRole::kHeap:
      return "heap";
    case MemoryRole::kData:
    case MemoryRole::kLibraryData:
      return "data";
    case MemoryRole::kConstants:
    case MemoryRole::kLibraryConstants:
      return "rodata";
    case MemoryRole::kText:
    case MemoryRole::kLibraryText:
      return "text";
    case MemoryRole::kSharedMemory:
      return "shared";
    case MemoryRole::kFile:
      return "file";
    case MemoryRole::kAnonymous:
      return "anonymous";
    case MemoryRole::kUnknown:
      break;
  }
  return "";
}

/// What is no file of a program or a library may be named after the user's own work.
bool may_be_named(const PageOwner& owner) {
  return owner.is_in_code_file();
}

/// The largest part of the glitch's own cause; none where nothing was found out.
const BudgetPart* largest_part(const Glitch& glitch) {
  const BudgetPart* largest = nullptr;
  for (const BudgetPart& part : glitch.budget) {
    if (part.kind != glitch.cause) continue;
    if (largest == nullptr || part.time > largest->time) largest = &part;
  }
  return largest;
}

void name_page(const BudgetPart& part, FieldGlitch& out) {
  out.section = section_of(part.owner.role);
  if (!may_be_named(part.owner)) return;
  out.object = field_text(part.owner.mapping, kMostSymbolBytes);
  out.symbol = field_text(symbol_name(part.owner.symbol), kMostSymbolBytes);
}

}  // namespace

FieldCause field_cause_of(const Glitch& glitch) {
  switch (glitch.cause) {
    case CauseKind::kPageFault:
      return time_of_faults(glitch, "major") >= time_of_faults(glitch, "minor")
                 ? FieldCause::kMajorFault
                 : FieldCause::kMinorFault;
    case CauseKind::kRunQueue:
    case CauseKind::kLateWake:
    case CauseKind::kStopped:
    case CauseKind::kHostPause:
      return FieldCause::kScheduling;
    case CauseKind::kCallback:
    case CauseKind::kBlocked:
      return FieldCause::kApp;
    case CauseKind::kServer:
    case CauseKind::kDevice:
      return FieldCause::kDevice;
    case CauseKind::kUnexplained:
      return FieldCause::kUnknown;
  }
  return FieldCause::kUnknown;
}

FieldGlitch field_glitch_of(const Glitch& glitch, int64_t rate_hz) {
  FieldGlitch out;
  out.frames = glitch.gap.missing.count;
  out.gap_us =
      std::min(duration_of(glitch.gap.missing, rate_hz).count / kMicrosecond.count, kDayUs);
  out.cause = field_cause_of(glitch);
  if (out.cause == FieldCause::kUnknown) return out;
  Nanos claimed;
  Nanos whole;
  for (const BudgetPart& part : glitch.budget) {
    if (part.kind != glitch.cause) continue;
    claimed += part.time;
    whole += std::max(part.whole, part.time);
  }
  const double late = static_cast<double>(lateness(glitch.gap).count);
  // Of what is not the client's lateness there is no budget: the counter itself is the proof.
  const double share = late > 0 ? static_cast<double>(claimed.count) / late : 1;
  out.confidence = std::round(std::clamp(share, 0.0, 1.0) * 1000) / 1000;
  out.stall_us = whole.count / kMicrosecond.count;
  const BudgetPart* largest = largest_part(glitch);
  if (largest != nullptr && glitch.cause == CauseKind::kPageFault) name_page(*largest, out);
  return out;
}

}  // namespace holdfast
