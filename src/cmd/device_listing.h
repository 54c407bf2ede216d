// SPDX-License-Identifier: MIT
// A sound system as JSON: in `holdfast devices --json`, and in a diagnosis.
#pragma once

#include <string>

#include "cmd/device_registry.h"

namespace holdfast::cmd {

/// One object of schema "holdfast.device/1", without line break.
std::string listing_json(const DeviceListing& listing);

}  // namespace holdfast::cmd
