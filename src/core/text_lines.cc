// SPDX-License-Identifier: MIT
#include "core/text_lines.h"

#include <algorithm>
#include <cstring>

namespace holdfast {
namespace {

constexpr size_t kPartBytes = sizeof TextRecord::text;

bool is_last(const TextRecord& part) {
  return (part.head.flags & kTextIsLast) != 0;
}

std::string_view text_of(const TextRecord& part) {
  return {part.text, strnlen(part.text, kPartBytes)};
}

/// Only the last part may be short, and nothing stands behind its end.
bool is_sound(const TextRecord& part) {
  const size_t size = text_of(part).size();
  const bool is_filled_with_zeros = std::all_of(part.text + size, part.text + kPartBytes,
                                                [](char filling) { return filling == 0; });
  return is_filled_with_zeros && (is_last(part) || size == kPartBytes);
}

}  // namespace

std::vector<Record> to_text_records(std::string_view line, Nanos when, RecordKind kind) {
  std::vector<Record> records;
  do {
    TextRecord part;
    part.head.kind = kind;
    part.head.mono_ns = when.count;
    const size_t size = line.copy(part.text, kPartBytes);
    std::replace(part.text, part.text + size, '\0', '?');
    line.remove_prefix(size);
    if (line.empty()) part.head.flags = kTextIsLast;
    records.push_back(record_cast<Record>(part));
  } while (!line.empty());
  return records;
}

std::optional<std::string_view> TextLines::take(const Record& record) {
  if (record.head.kind != kind_) {
    finish();
    return std::nullopt;
  }
  const auto part = record_cast<TextRecord>(record);
  // Another moment is another line: the end of the one before is missing.
  if (state_ != State::kBetween && open_since_ns_ != part.head.mono_ns) finish();
  if (state_ == State::kBetween) line_.clear();
  open_since_ns_ = part.head.mono_ns;
  const bool is_whole = add(part);
  if (!is_last(part)) return std::nullopt;
  state_ = State::kBetween;
  return is_whole ? std::optional<std::string_view>(line_) : std::nullopt;
}

void TextLines::finish() {
  if (state_ == State::kOpen) drop();
  state_ = State::kBetween;
}

bool TextLines::add(const TextRecord& part) {
  if (state_ == State::kDropping) return false;
  state_ = State::kOpen;
  line_ += text_of(part);
  if (!is_sound(part) || line_.size() > kLongestTextLine) drop();
  return state_ == State::kOpen;
}

/// Once for each line, whatever else of it comes.
void TextLines::drop() {
  ++dropped_;
  state_ = State::kDropping;
}

}  // namespace holdfast
