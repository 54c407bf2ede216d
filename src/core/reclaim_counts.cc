// SPDX-License-Identifier: MIT
#include "core/reclaim_counts.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

constexpr std::string_view kTotal = "total_";

/// One counter: what stands in plain rows, and in rows that include the children.
struct Counter {
  std::optional<int64_t> plain;
  std::optional<int64_t> total;

  void add(bool is_total, int64_t value) {
    std::optional<int64_t>& sum = is_total ? total : plain;
    int64_t added = 0;
    if (!__builtin_add_overflow(sum.value_or(0), value, &added)) sum = added;
  }
  [[nodiscard]] int64_t value() const { return total ? *total : plain.value_or(-1); }
};

struct Row {
  std::string_view name;
  size_t counter;
};

enum : size_t { kRefaults, kMajorFaults, kSwappedOut, kCounters };
constexpr std::array<Row, 5> kRows = {{{"workingset_refault_anon", kRefaults},
                                       {"workingset_refault_file", kRefaults},
                                       {"workingset_refault", kRefaults},
                                       {"pgmajfault", kMajorFaults},
                                       {"pswpout", kSwappedOut}}};

void take_row(TextReader line, std::array<Counter, kCounters>& counters) {
  std::string_view name = line.take_field();
  const bool is_total = name.starts_with(kTotal);
  if (is_total) name.remove_prefix(kTotal.size());
  const auto* row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
  if (row == kRows.end()) return;
  const auto value = parse_number<int64_t>(line.take_field());
  if (value && *value >= 0) counters.at(row->counter).add(is_total, *value);
}

}  // namespace

ReclaimCounts parse_reclaim_counts(std::string_view text) {
  std::array<Counter, kCounters> counters;
  for (TextReader reader(text); !reader.is_at_end();) {
    take_row(TextReader(reader.take_line()), counters);
  }
  return {counters[kRefaults].value(), counters[kMajorFaults].value(),
          counters[kSwappedOut].value()};
}

}  // namespace holdfast
