// SPDX-License-Identifier: MIT
// The markers of a take as files that editors import: those that do not read them from a WAV, and
// all of them, however many there are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/marker.h"

namespace holdfast {

/// One line of an Audacity label track, with its line break: "start<tab>end<tab>name", in seconds.
std::string audacity_label(const Marker& marker, int64_t rate_hz);

/// The first line of a marker list for Reaper's region and marker manager.
std::string_view reaper_header();

/// One line of it: region "R1" or, where nothing was inserted, marker "M1". Times in seconds.
std::string reaper_row(const Marker& marker, int64_t number, int64_t rate_hz);

}  // namespace holdfast
