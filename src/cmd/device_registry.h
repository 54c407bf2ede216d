// SPDX-License-Identifier: MIT
// The sound systems this build knows, by the names of --device.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audio/device.h"

namespace holdfast::cmd {

/// One line of `holdfast devices`.
struct DeviceListing {
  std::string name;  ///< What to write after --device.
  std::string description;
  bool is_available = false;
  bool is_default = false;
};

/// Makes the device of a specification such as "virtual:policy=catchup,ring=16".
/// Errors: kUsage for names and options that are not known, kUnavailable for sound systems that
/// this build or machine does not have.
Result<std::unique_ptr<audio::Device>> make_device(std::string_view specification, int64_t rate_hz);

/// Every known sound system.
std::vector<DeviceListing> list_devices();

}  // namespace holdfast::cmd
