// SPDX-License-Identifier: MIT
#include "core/queue_ledger.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace holdfast {
namespace {

constexpr std::array<Loss, kLosses> kAllLosses = {Loss::kQuota, Loss::kAge, Loss::kRefused,
                                                  Loss::kWithdrawn};
constexpr std::string_view kEarlier = "earlier";

std::string_view take_ledger_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

std::optional<Loss> parse_loss(std::string_view word) {
  const auto found = std::find_if(kAllLosses.begin(), kAllLosses.end(),
                                  [word](Loss loss) { return name_of(loss) == word; });
  return found == kAllLosses.end() ? std::nullopt : std::optional(*found);
}

void take_line(std::string_view line, QueueLedger& ledger) {
  const auto loss = parse_loss(take_ledger_word(line));
  if (!loss) return;
  const std::string_view kind = take_ledger_word(line);
  if (kind != kEarlier) {
    if (const auto report = parse_queued_name(line)) ledger.reports.emplace(report->id, *loss);
    return;
  }
  int64_t count = 0;
  std::from_chars(line.data(), line.data() + line.size(), count);
  ledger.earlier.at(static_cast<size_t>(*loss)) += std::clamp<int64_t>(count, 0, INT32_MAX);
}

}  // namespace

std::string_view name_of(Loss loss) {
  switch (loss) {
    case Loss::kQuota:
      return "quota";
    case Loss::kAge:
      return "age";
    case Loss::kRefused:
      return "refused";
    case Loss::kWithdrawn:
      return "withdrawn";
  }
  return "quota";
}

std::string ledger_line(Loss loss, const QueuedReport& report) {
  return std::string(name_of(loss)) + " report " + file_name_of(report) + "\n";
}

int64_t QueueLedger::count(Loss loss) const {
  const auto is_this = [loss](const auto& entry) { return entry.second == loss; };
  return earlier.at(static_cast<size_t>(loss)) +
         std::count_if(reports.begin(), reports.end(), is_this);
}

int64_t QueueLedger::count() const {
  int64_t sum = 0;
  for (const Loss loss : kAllLosses) sum += count(loss);
  return sum;
}

QueueLedger parse_queue_ledger(std::string_view text) {
  QueueLedger ledger;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // cut off: its report still has its file
    take_line(text.substr(0, end), ledger);
    text.remove_prefix(end + 1);
  }
  return ledger;
}

std::string folded_text(const QueueLedger& ledger) {
  std::string text;
  for (const Loss loss : kAllLosses) {
    text += std::string(name_of(loss)) + " " + std::string(kEarlier) + " " +
            std::to_string(ledger.count(loss)) + "\n";
  }
  return text;
}

}  // namespace holdfast
