// SPDX-License-Identifier: MIT
// What is in a record, as data: one table of every kind and field. The table travels inside each
// trace, so that a tool can decode it without our headers; docs/trace-format.md is tested against
// it; and the reader asks it which kinds it knows. Offsets and types come from rt/record.h itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rt/record.h"

namespace holdfast {

/// One field of a record, little-endian.
struct FieldSchema {
  std::string_view name;
  std::string_view type;  ///< "u16", "u32", "u64", "i64", or "text" for the 48 bytes of a part.
  std::string_view unit;  ///< "frames", "ns", ...; "-" when there is none.
  uint8_t offset;         ///< From the start of the record, in bytes.
  uint8_t size_bytes;     ///< A multiple of the type's size for the unused tail named "reserved".
};

/// One kind of record. The fields cover its 64 bytes without gap or overlap, in order.
struct RecordSchema {
  RecordKind kind;
  std::string_view name;
  std::span<const FieldSchema> fields;
};

/// Every kind, by number.
std::span<const RecordSchema> record_schemas();

/// The schema of `kind`; null for a kind that a newer version wrote.
const RecordSchema* schema_of(RecordKind kind);

/// A field that holds nothing: always 0.
bool is_unused(const FieldSchema& field);

/// The table as text: "record NUMBER NAME" lines, each followed by the kind's
/// "field NAME TYPE UNIT OFFSET" lines. Unused bytes are left out.
std::string schema_text();

}  // namespace holdfast
