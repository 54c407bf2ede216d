// SPDX-License-Identifier: MIT
#include "core/saved_plan.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace holdfast {
namespace {

/// What stands behind `"name":` in an object without blanks between its parts.
std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const size_t at = object.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return object.substr(at + key.size());
}

std::optional<int64_t> number_member(std::string_view object, std::string_view name) {
  const auto rest = member(object, name);
  int64_t value = 0;
  if (!rest) return std::nullopt;
  const auto read = std::from_chars(rest->data(), rest->data() + rest->size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

/// Appends the character behind a backslash, as far as the project's own writer uses it; how many
/// characters that were.
size_t append_escaped(std::string_view rest, std::string& text) {
  unsigned code = 0;
  if (rest.front() == 'u' && rest.size() >= 5) {
    const auto read = std::from_chars(rest.data() + 1, rest.data() + 5, code, 16);
    if (read.ec == std::errc() && code < 0x80) text += static_cast<char>(code);
    return 5;
  }
  switch (rest.front()) {
    case 'n':
      text += '\n';
      break;
    case 't':
      text += '\t';
      break;
    case 'r':
      text += '\r';
      break;
    default:
      text += rest.front();
  }
  return 1;
}

std::string text_member(std::string_view object, std::string_view name) {
  const auto rest = member(object, name);
  std::string text;
  if (!rest || !rest->starts_with('"')) return text;
  for (size_t i = 1; i < rest->size() && (*rest)[i] != '"';) {
    if ((*rest)[i] == '\\' && i + 1 < rest->size()) {
      i += 1 + append_escaped(rest->substr(i + 1), text);
    } else {
      text += (*rest)[i++];
    }
  }
  return text;
}

std::optional<LockReason> reason_of(std::string_view name) {
  for (const LockReason reason :
       {LockReason::kStack, LockReason::kWaited, LockReason::kTouched, LockReason::kAlongside}) {
    if (name_of(reason) == name) return reason;
  }
  return std::nullopt;
}

MemoryRole role_of(std::string_view name) {
  for (int i = 0; i < static_cast<int>(MemoryRole::kUnknown); ++i) {
    if (name_of(static_cast<MemoryRole>(i)) == name) return static_cast<MemoryRole>(i);
  }
  return MemoryRole::kUnknown;
}

constexpr int64_t kMostBytes = int64_t{1} << 40;

std::optional<PlannedLock> parse_lock(std::string_view line) {
  const auto reason = reason_of(text_member(line, "reason"));
  const auto size = number_member(line, "size_bytes");
  if (!reason || !size || *size <= 0 || *size > kMostBytes) return std::nullopt;
  PlannedLock lock;
  lock.reason = *reason;
  lock.size_bytes = *size;
  lock.owner.role = role_of(text_member(line, "where"));
  lock.owner.of = text_member(line, "of");
  lock.owner.mapping = text_member(line, "mapping");
  lock.owner.path = text_member(line, "path");
  lock.owner.build_id = text_member(line, "build_id");
  const auto offset = number_member(line, "file_offset_bytes");
  lock.owner.is_file_backed = offset.has_value() && *offset >= 0;
  lock.owner.file_offset = static_cast<uint64_t>(std::max<int64_t>(offset.value_or(0), 0));
  return lock;
}

}  // namespace

Result<std::vector<PlannedLock>> parse_saved_plan(std::string_view json_lines) {
  std::vector<PlannedLock> locks;
  std::vector<PlannedLock> left_out;
  while (!json_lines.empty()) {
    const size_t end = std::min(json_lines.find('\n'), json_lines.size());
    const std::string_view line = json_lines.substr(0, end);
    json_lines.remove_prefix(std::min(end + 1, json_lines.size()));
    if (text_member(line, "schema") != "holdfast.plan/1") continue;
    const std::string event = text_member(line, "event");
    auto lock = parse_lock(line);
    if (!lock) continue;
    if (event == "lock")
      locks.push_back(std::move(*lock));
    else if (event == "left_out")
      left_out.push_back(std::move(*lock));
  }
  if (locks.empty() && left_out.empty()) {
    return Error{ErrorKind::kBadData, 0, "this is no plan; holdfast plan --json makes one"};
  }
  locks.insert(locks.end(), left_out.begin(), left_out.end());
  return locks;
}

std::vector<MemoryRange> find_again(const PlannedLock& lock, const std::vector<Mapping>& mappings) {
  std::vector<MemoryRange> found;
  if (!lock.owner.is_file_backed || lock.owner.path.empty()) return found;
  const uint64_t begin = lock.owner.file_offset;
  const uint64_t end = begin + static_cast<uint64_t>(lock.size_bytes);
  for (const Mapping& mapping : mappings) {
    if (mapping.path != lock.owner.path || mapping.is_inaccessible()) continue;
    const uint64_t from = std::max(begin, mapping.offset_bytes);
    const uint64_t to = std::min(end, mapping.offset_bytes + mapping.size_bytes());
    if (from >= to) continue;
    found.push_back({mapping.begin + (from - mapping.offset_bytes), to - from, "plan"});
  }
  return found;
}

}  // namespace holdfast
