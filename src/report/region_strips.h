// SPDX-License-Identifier: MIT
// Which share of each region was in memory over a run: as columns for the picture, and as a table
// that says the same without one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/session_facts.h"
#include "report/json_writer.h"

namespace holdfast {

/// More rows would be a picture in which nothing is found.
inline constexpr size_t kDrawnRegions = 12;

/// Those in the picture, in its order.
std::vector<const RegionLine*> drawn_regions(const ResidencyHistory& residency);

/// The member `residency` of the open object; null when no region was looked at.
void add_residency(JsonWriter& json, const SessionFacts& facts);

/// A section of HTML; empty when no region was looked at.
std::string residency_section_html(const SessionFacts& facts);

}  // namespace holdfast
