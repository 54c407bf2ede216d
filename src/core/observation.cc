// SPDX-License-Identifier: MIT
#include "core/observation.h"

#include <array>

namespace holdfast {
namespace {

struct Level {
  std::string_view name;
  std::string_view statement;
};

constexpr std::array<Level, 5> kLevels = {{
    {"none", "nobody looks: lateness has no causes"},
    {"polls", "counters of the thread, read now and then: amounts, but no pages"},
    {"counters", "what each slow callback used: amounts, but no pages"},
    {"user_events",
     "page faults with address and duration, and switches; not those in kernel mode"},
    {"all_events", "page faults with address and duration, switches, and who ran instead"},
}};

}  // namespace

std::string_view name_of(Observation level) {
  return kLevels.at(static_cast<size_t>(level)).name;
}

std::optional<Observation> parse_observation(std::string_view name) {
  for (size_t i = 0; i < kLevels.size(); i++) {
    if (kLevels[i].name == name) return static_cast<Observation>(i);
  }
  return std::nullopt;
}

std::string_view statement_of(Observation level) {
  return kLevels.at(static_cast<size_t>(level)).statement;
}

}  // namespace holdfast
