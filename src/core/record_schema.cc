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

constexpr RecordSchema kSchemas[] = {
    {RecordKind::kBlock, "block", kBlockFields},
    {RecordKind::kDropped, "dropped", kDroppedFields},
    {RecordKind::kFaults, "faults", kFaultsFields},
    {RecordKind::kClock, "clock", kClockFields},
    {RecordKind::kEnd, "end", kEndFields},
};

}  // namespace

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
      if (field.name == "reserved") continue;
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
