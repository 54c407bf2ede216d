// SPDX-License-Identifier: MIT
#include "core/page_costs.h"

#include <algorithm>

#include "core/budget.h"

namespace holdfast {
namespace {

std::string key_of(const PageOwner& owner) {
  return std::string(name_of(owner.role)) + '\0' + owner.of + '\0' + owner.path + '\0' +
         std::string(symbol_name(owner.symbol));
}

}  // namespace

void PageCosts::add(const Glitch& glitch) {
  for (const BudgetPart& part : glitch.budget) {
    if (part.kind != CauseKind::kPageFault) continue;
    std::string key = key_of(part.owner);
    if (entries_.size() >= kMostOwners && entries_.find(key) == entries_.end()) key = "others";
    Entry& entry = entries_[key];
    PageCost& cost = entry.cost;
    if (part.time > entry.longest) {
      entry.longest = part.time;
      cost.owner = key == "others" ? PageOwner{} : part.owner;
      cost.toucher = part.toucher;
      cost.address = part.address;
    }
    cost.time += part.time;
    (part.detail == "major" ? cost.major : cost.minor) += part.facts;
    if (entry.last_glitch != glitch.index) cost.glitches++;
    entry.last_glitch = glitch.index;
  }
}

std::vector<PageCost> PageCosts::ranking() const {
  std::vector<PageCost> costs;
  for (const auto& [key, entry] : entries_) costs.push_back(entry.cost);
  std::stable_sort(costs.begin(), costs.end(),
                   [](const PageCost& a, const PageCost& b) { return a.time > b.time; });
  return costs;
}

}  // namespace holdfast
