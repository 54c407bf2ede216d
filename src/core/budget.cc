// SPDX-License-Identifier: MIT
#include "core/budget.h"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

bool is_same_place(const PageOwner& a, const PageOwner& b) {
  return a.role == b.role && a.of == b.of && a.path == b.path &&
         symbol_name(a.symbol) == symbol_name(b.symbol);
}

bool is_same_part(const BudgetPart& a, const BudgetPart& b) {
  return a.kind == b.kind && a.detail == b.detail && a.by == b.by &&
         a.is_estimated == b.is_estimated && is_same_place(a.owner, b.owner);
}

}  // namespace

std::string_view symbol_name(std::string_view symbol) {
  return symbol.substr(0, symbol.rfind('+'));
}

void Budget::add(BudgetPart part) {
  part.time = std::clamp(part.time, Nanos(0), rest_);
  rest_ -= part.time;
  const auto same = std::find_if(parts_.begin(), parts_.end(), [&](const BudgetPart& other) {
    return is_same_part(part, other);
  });
  if (same == parts_.end()) {
    longest_.push_back(part.whole);
    parts_.push_back(std::move(part));
    return;
  }
  Nanos& longest = longest_[static_cast<size_t>(same - parts_.begin())];
  if (part.whole > longest) {
    longest = part.whole;
    same->address = part.address;
    same->owner = std::move(part.owner);
    same->toucher = std::move(part.toucher);
  }
  same->time += part.time;
  same->facts += part.facts;
  same->whole += part.whole;
  same->slept += part.slept;
}

std::vector<BudgetPart> Budget::parts() const {
  std::vector<BudgetPart> sorted;
  std::copy_if(parts_.begin(), parts_.end(), std::back_inserter(sorted),
               [](const BudgetPart& part) { return part.time > Nanos(0); });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const BudgetPart& a, const BudgetPart& b) { return a.time > b.time; });
  Nanos claimed;
  for (const BudgetPart& part : sorted) claimed += part.time;
  if (claimed == lateness_ && !sorted.empty()) return sorted;
  BudgetPart rest;
  rest.time = lateness_ - claimed;
  sorted.push_back(std::move(rest));
  return sorted;
}

CauseKind largest_cause(const std::vector<BudgetPart>& parts) {
  std::array<int64_t, kCauseKinds> times = {};
  for (const BudgetPart& part : parts) times.at(static_cast<size_t>(part.kind)) += part.time.count;
  const auto largest = std::max_element(times.begin(), times.end());
  if (*largest <= 0) return CauseKind::kUnexplained;
  return static_cast<CauseKind>(largest - times.begin());
}

}  // namespace holdfast
