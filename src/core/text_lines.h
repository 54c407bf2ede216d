// SPDX-License-Identifier: MIT
// Lines of text inside a stream of records: a line is cut into kText records of 48 bytes, and put
// together again by whoever reads them. A line is whole or it is not there; what was lost of it is
// counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "rt/record.h"

namespace holdfast {

/// Readers drop what is longer.
inline constexpr size_t kLongestTextLine = 4096;

/// `line` as records, all written at `when`; at least one. A byte of 0 becomes '?', because the end
/// of a line is filled with 0. They must stay together and in order.
std::vector<Record> to_text_records(std::string_view line, Nanos when,
                                    RecordKind kind = RecordKind::kText);

/// Puts lines of one kind together. Takes all records of a trace, in order; other kinds end a line
/// that is open.
class TextLines {
 public:
  explicit TextLines(RecordKind kind = RecordKind::kText) : kind_(kind) {}

  /// The line that `record` completes, valid until the next call; else nothing.
  std::optional<std::string_view> take(const Record& record);

  /// The trace has ended; a line that is still open is lost.
  void finish();

  /// Lines that were torn (a part is missing) or longer than kLongestTextLine.
  [[nodiscard]] uint64_t dropped() const { return dropped_; }

 private:
  bool add(const TextRecord& part);
  void drop();

  enum class State : uint8_t { kBetween, kOpen, kDropping };
  RecordKind kind_;
  State state_ = State::kBetween;
  int64_t open_since_ns_ = 0;
  std::string line_;
  uint64_t dropped_ = 0;
};

}  // namespace holdfast
