// SPDX-License-Identifier: MIT
#include "core/record_columns.h"

#include <array>
#include <bit>

#include "base/check.h"

namespace holdfast {
namespace {

using Words = std::array<uint64_t, kRecordWords>;
static_assert(std::endian::native == std::endian::little, "the trace is little-endian");

}  // namespace

void to_columns(std::span<const Record> records, std::span<uint64_t> columns) {
  HF_CHECK(columns.size() == records.size() * kRecordWords);
  Words before = {};
  for (size_t r = 0; r < records.size(); r++) {
    const Words words = std::bit_cast<Words>(records[r]);
    for (size_t w = 0; w < kRecordWords; w++) {
      columns[w * records.size() + r] = words[w] - before[w];
    }
    before = words;
  }
}

void from_columns(std::span<const uint64_t> columns, std::span<Record> records) {
  HF_CHECK(columns.size() == records.size() * kRecordWords);
  Words words = {};
  for (size_t r = 0; r < records.size(); r++) {
    for (size_t w = 0; w < kRecordWords; w++) words[w] += columns[w * records.size() + r];
    records[r] = std::bit_cast<Record>(words);
  }
}

}  // namespace holdfast
