// SPDX-License-Identifier: MIT
// Records turned sideways before compression. Seen as eight 64-bit words each, neighbouring records
// differ by almost the same amount in almost every word; eight columns of differences compress to
// 2/3 of what the records compress to, in half the time (numbers in docs/trace-format.md, "Why").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rt/record.h"

namespace holdfast {

inline constexpr size_t kRecordWords = sizeof(Record) / sizeof(uint64_t);

/// Word w of record r goes to columns[w * records.size() + r], less that word of record r - 1
/// (modulo 2^64; record 0 as it is). `columns` has kRecordWords words for each record.
void to_columns(std::span<const Record> records, std::span<uint64_t> columns);

/// The inverse.
void from_columns(std::span<const uint64_t> columns, std::span<Record> records);

}  // namespace holdfast
