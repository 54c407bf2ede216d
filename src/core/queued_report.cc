// SPDX-License-Identifier: MIT
#include "core/queued_report.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

#include "core/json_member.h"

namespace holdfast {
namespace {

constexpr std::string_view kSuffix = ".json";
constexpr size_t kIdLength = 36;
constexpr int64_t kFirstPauseSeconds = 60;
constexpr int64_t kMostDoublings = 9;

std::optional<int64_t> take_number(std::string_view& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (!text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  return value;
}

std::optional<QueuedKind> take_kind(std::string_view& text) {
  for (const QueuedKind kind : {QueuedKind::kClean, QueuedKind::kGlitched, QueuedKind::kDeletion}) {
    const std::string word = std::string(name_of(kind)) + "-";
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return kind;
  }
  return std::nullopt;
}

bool is_id(std::string_view text) {
  return text.size() == kIdLength &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

int64_t number_in(std::string_view line, std::string_view name, int64_t least, int64_t most) {
  return std::clamp(integer_member(line, name).value_or(least), least, most);
}

}  // namespace

std::string_view name_of(QueuedKind kind) {
  switch (kind) {
    case QueuedKind::kClean:
      return "clean";
    case QueuedKind::kGlitched:
      return "glitched";
    case QueuedKind::kDeletion:
      return "deletion";
  }
  return "clean";
}

std::string file_name_of(const QueuedReport& report) {
  return std::to_string(report.hour) + "-" + std::to_string(report.tries) + "-" +
         std::string(name_of(report.kind)) + "-" + report.id + std::string(kSuffix);
}

std::optional<QueuedReport> parse_queued_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  const auto hour = take_number(name);
  const auto tries = hour ? take_number(name) : std::nullopt;
  const auto kind = tries ? take_kind(name) : std::nullopt;
  if (!kind || !is_id(name)) return std::nullopt;
  return QueuedReport{*hour, *tries, *kind, std::string(name), 0};
}

std::vector<size_t> surplus(const std::vector<QueuedReport>& reports, const QueueQuota& quota) {
  std::vector<size_t> order(reports.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto rank = [&](size_t i) {
      return std::tie(reports[i].kind, reports[i].hour, reports[i].id);
    };
    return rank(a) < rank(b);
  });
  auto count = std::ssize(reports);
  int64_t bytes = 0;
  for (const QueuedReport& report : reports) bytes += report.bytes;
  std::vector<size_t> victims;
  for (const size_t i : order) {
    if (count <= quota.reports && bytes <= quota.bytes) break;
    if (reports[i].kind == QueuedKind::kDeletion) break;
    victims.push_back(i);
    --count;
    bytes -= reports[i].bytes;
  }
  return victims;
}

bool is_too_old(const QueuedReport& report, int64_t hour) {
  return report.kind != QueuedKind::kDeletion && hour - report.hour > kMostQueueHours;
}

std::string to_text(const UploadPause& pause) {
  return "{\"failures\":" + std::to_string(pause.failures) +
         ",\"until_s\":" + std::to_string(pause.until_s) +
         ",\"clean_weight\":" + std::to_string(pause.clean_weight) + "}\n";
}

UploadPause parse_upload_pause(std::string_view text) {
  constexpr int64_t kMost = int64_t{1} << 40;
  UploadPause pause;
  pause.failures = number_in(text, "failures", 0, kMost);
  pause.until_s = number_in(text, "until_s", 0, kMost);
  pause.clean_weight = number_in(text, "clean_weight", 1, 1000);
  return pause;
}

UploadPause after_failure(UploadPause pause, int64_t now_s, double random,
                          std::optional<int64_t> retry_after_s) {
  const int64_t doublings = std::clamp<int64_t>(pause.failures, 0, kMostDoublings);
  const int64_t most = std::min(kFirstPauseSeconds << doublings, kLongestPauseSeconds);
  auto seconds = static_cast<int64_t>(random * static_cast<double>(most));
  if (retry_after_s) {
    seconds = std::max(seconds, std::min(*retry_after_s, kLongestAskedPauseSeconds));
  }
  ++pause.failures;
  pause.until_s = now_s + seconds;
  return pause;
}

bool is_due(const UploadPause& pause, int64_t now_s) {
  return now_s >= pause.until_s || pause.until_s - now_s > kLongestAskedPauseSeconds;
}

}  // namespace holdfast
