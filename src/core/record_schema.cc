// SPDX-License-Identifier: MIT
#include "core/record_schema.h"

#include <cstddef>
#include <type_traits>

namespace holdfast {
namespace {

/// The name of an integer type; enums and arrays are described by what they are made of.
template <class Field>
constexpr std::string_view type_name() {
  using Element = std::remove_all_extents_t<Field>;
  if constexpr (std::is_enum_v<Element>) {
    return type_name<std::underlying_type_t<Element>>();
  } else if constexpr (std::is_same_v<Element, char>) {
    return "text";
  } else if constexpr (std::is_same_v<Element, uint16_t>) {
    return "u16";
  } else if constexpr (std::is_same_v<Element, uint32_t>) {
    return "u32";
  } else if constexpr (std::is_same_v<Element, uint64_t>) {
    return "u64";
  } else {
    static_assert(std::is_same_v<Element, int64_t>, "describe this type in the trace format");
    return "i64";
  }
}

template <class Field>
constexpr FieldSchema describe_field(std::string_view name, std::string_view unit, size_t offset) {
  return {name, type_name<Field>(), unit, static_cast<uint8_t>(offset), sizeof(Field)};
}

#define HF_FIELD(Type, field, unit) \
  describe_field<decltype(Type::field)>(#field, unit, offsetof(Type, field))
#define HF_HEAD_FIELDS                                               \
  HF_FIELD(RecordHead, kind, "-"), HF_FIELD(RecordHead, flags, "-"), \
      HF_FIELD(RecordHead, epoch, "-"), HF_FIELD(RecordHead, mono_ns, "ns")

constexpr FieldSchema kBlockFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(BlockRecord, position_frames, "frames"),
    HF_FIELD(BlockRecord, due_ns, "ns"),
    HF_FIELD(BlockRecord, content, "-"),
    HF_FIELD(BlockRecord, lost_before_frames, "frames"),
    HF_FIELD(BlockRecord, frames, "frames"),
    HF_FIELD(BlockRecord, lost_error_frames, "frames"),
    HF_FIELD(BlockRecord, reserved, "-"),
};

constexpr FieldSchema kDroppedFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(DroppedRecord, blocks, "blocks"),
    HF_FIELD(DroppedRecord, received_frames, "frames"),
    HF_FIELD(DroppedRecord, missing_frames, "frames"),
    HF_FIELD(DroppedRecord, gaps, "gaps"),
    HF_FIELD(DroppedRecord, device_front_frames, "frames"),
    HF_FIELD(DroppedRecord, last_due_ns, "ns"),
};

constexpr FieldSchema kFaultsFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(FaultsRecord, major, "faults"),
    HF_FIELD(FaultsRecord, minor, "faults"),
    HF_FIELD(FaultsRecord, reserved, "-"),
};

constexpr FieldSchema kClockFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(ClockRecord, utc_minus_mono_ns, "ns"),
    HF_FIELD(ClockRecord, reserved, "-"),
};

constexpr FieldSchema kEndFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(EndRecord, reason, "-"),
    HF_FIELD(EndRecord, reserved, "-"),
};

constexpr FieldSchema kFaultFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(FaultRecord, end_ns, "ns"),
    HF_FIELD(FaultRecord, address, "-"),
    HF_FIELD(FaultRecord, instruction, "-"),
    HF_FIELD(FaultRecord, thread, "-"),
    HF_FIELD(FaultRecord, processor, "-"),
    HF_FIELD(FaultRecord, reserved, "-"),
};

constexpr FieldSchema kOffCpuFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(OffCpuRecord, end_ns, "ns"),
    HF_FIELD(OffCpuRecord, thread, "-"),
    HF_FIELD(OffCpuRecord, processor, "-"),
    HF_FIELD(OffCpuRecord, instead, "-"),
    HF_FIELD(OffCpuRecord, unused, "-"),
    HF_FIELD(OffCpuRecord, instead_since_ns, "ns"),
    HF_FIELD(OffCpuRecord, reserved, "-"),
};

constexpr FieldSchema kCallbackFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(CallbackRecord, end_ns, "ns"),
    HF_FIELD(CallbackRecord, cpu_ns, "ns"),
    HF_FIELD(CallbackRecord, major, "faults"),
    HF_FIELD(CallbackRecord, minor, "faults"),
    HF_FIELD(CallbackRecord, slept, "switches"),
    HF_FIELD(CallbackRecord, preempted, "switches"),
    HF_FIELD(CallbackRecord, reserved, "-"),
};

constexpr FieldSchema kThreadUseFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(ThreadUseRecord, cpu_ns, "ns"),
    HF_FIELD(ThreadUseRecord, run_delay_ns, "ns"),
    HF_FIELD(ThreadUseRecord, major, "faults"),
    HF_FIELD(ThreadUseRecord, minor, "faults"),
    HF_FIELD(ThreadUseRecord, thread, "-"),
    HF_FIELD(ThreadUseRecord, unused, "-"),
    HF_FIELD(ThreadUseRecord, reserved, "-"),
};

constexpr FieldSchema kMemoryFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(MemoryRecord, available_bytes, "bytes"),
    HF_FIELD(MemoryRecord, swap_used_bytes, "bytes"),
    HF_FIELD(MemoryRecord, swapped_in_bytes, "bytes"),
    HF_FIELD(MemoryRecord, swapped_out_bytes, "bytes"),
    HF_FIELD(MemoryRecord, stalled_some_ns, "ns"),
    HF_FIELD(MemoryRecord, stalled_full_ns, "ns"),
};

constexpr FieldSchema kPauseFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(PauseRecord, end_ns, "ns"),
    HF_FIELD(PauseRecord, steal_ns, "ns"),
    HF_FIELD(PauseRecord, reserved, "-"),
};

constexpr FieldSchema kLostFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(LostRecord, end_ns, "ns"),
    HF_FIELD(LostRecord, facts, "facts"),
    HF_FIELD(LostRecord, reserved, "-"),
};

constexpr FieldSchema kTextFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(TextRecord, text, "-"),
};

constexpr FieldSchema kProcessorsFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(ProcessorsRecord, busy_ns, "ns"),
    HF_FIELD(ProcessorsRecord, idle_ns, "ns"),
    HF_FIELD(ProcessorsRecord, iowait_ns, "ns"),
    HF_FIELD(ProcessorsRecord, steal_ns, "ns"),
    HF_FIELD(ProcessorsRecord, cgroup_stalled_ns, "ns"),
    HF_FIELD(ProcessorsRecord, reserved, "-"),
};

constexpr FieldSchema kResidencyFields[] = {
    HF_HEAD_FIELDS,
    HF_FIELD(ResidencyRecord, region, "-"),
    HF_FIELD(ResidencyRecord, pages, "pages"),
    HF_FIELD(ResidencyRecord, mapped, "pages"),
    HF_FIELD(ResidencyRecord, unmapped, "pages"),
    HF_FIELD(ResidencyRecord, untouched, "pages"),
    HF_FIELD(ResidencyRecord, swapped, "pages"),
    HF_FIELD(ResidencyRecord, file_only, "pages"),
    HF_FIELD(ResidencyRecord, unknown, "pages"),
    HF_FIELD(ResidencyRecord, used, "pages"),
    HF_FIELD(ResidencyRecord, out, "pages"),
    HF_FIELD(ResidencyRecord, reserved, "-"),
};

constexpr RecordSchema kSchemas[] = {
    {RecordKind::kBlock, "block", kBlockFields},
    {RecordKind::kDropped, "dropped", kDroppedFields},
    {RecordKind::kFaults, "faults", kFaultsFields},
    {RecordKind::kClock, "clock", kClockFields},
    {RecordKind::kEnd, "end", kEndFields},
    {RecordKind::kFault, "fault", kFaultFields},
    {RecordKind::kOffCpu, "off_cpu", kOffCpuFields},
    {RecordKind::kCallback, "callback", kCallbackFields},
    {RecordKind::kThreadUse, "thread_use", kThreadUseFields},
    {RecordKind::kMemory, "memory", kMemoryFields},
    {RecordKind::kPause, "pause", kPauseFields},
    {RecordKind::kLost, "lost", kLostFields},
    {RecordKind::kText, "text", kTextFields},
    {RecordKind::kProcessors, "processors", kProcessorsFields},
    {RecordKind::kFollowedText, "followed_text", kTextFields},
    {RecordKind::kResidency, "residency", kResidencyFields},
};

}  // namespace

bool is_unused(const FieldSchema& field) {
  return field.name == "reserved" || field.name == "unused";
}

std::span<const RecordSchema> record_schemas() {
  return kSchemas;
}

// A switch, because the compiler then names the kind that was forgotten here.
const RecordSchema* schema_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::kBlock:
      return &kSchemas[0];
    case RecordKind::kDropped:
      return &kSchemas[1];
    case RecordKind::kFaults:
      return &kSchemas[2];
    case RecordKind::kClock:
      return &kSchemas[3];
    case RecordKind::kEnd:
      return &kSchemas[4];
    case RecordKind::kFault:
      return &kSchemas[5];
    case RecordKind::kOffCpu:
      return &kSchemas[6];
    case RecordKind::kCallback:
      return &kSchemas[7];
    case RecordKind::kThreadUse:
      return &kSchemas[8];
    case RecordKind::kMemory:
      return &kSchemas[9];
    case RecordKind::kPause:
      return &kSchemas[10];
    case RecordKind::kLost:
      return &kSchemas[11];
    case RecordKind::kText:
      return &kSchemas[12];
    case RecordKind::kProcessors:
      return &kSchemas[13];
    case RecordKind::kFollowedText:
      return &kSchemas[14];
    case RecordKind::kResidency:
      return &kSchemas[15];
  }
  return nullptr;
}

std::string schema_text() {
  std::string text;
  const auto add = [&text](std::string_view word, char after) { text.append(word) += after; };
  for (const RecordSchema& schema : kSchemas) {
    add("record", ' ');
    add(std::to_string(static_cast<int>(schema.kind)), ' ');
    add(schema.name, '\n');
    for (const FieldSchema& field : schema.fields) {
      if (is_unused(field)) continue;
      add("field", ' ');
      add(field.name, ' ');
      add(field.type, ' ');
      add(field.unit, ' ');
      add(std::to_string(field.offset), '\n');
    }
  }
  return text;
}

}  // namespace holdfast
