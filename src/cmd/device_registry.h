// SPDX-License-Identifier: MIT
// The sound systems by the names of --device: the virtual device, which is built in, and those that
// come as modules.
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
  std::vector<std::string> sources;  ///< What may follow the name and a colon.
  bool is_available = false;
  bool is_default = false;
};

/// Makes the device of a specification such as "virtual:policy=catchup,ring=16" or "jack:system".
/// Errors: kUsage for names and options that are not known, kUnavailable for sound systems that
/// this build or machine does not have.
Result<std::unique_ptr<audio::Device>> make_device(std::string_view specification, int64_t rate_hz);

/// Every known sound system. Takes up to 3 s for each whose server does not answer.
std::vector<DeviceListing> list_devices();

/// The device to use when none is named: the first that is here of PipeWire, JACK and ALSA
/// hardware, else the virtual one.
std::string default_device();

}  // namespace holdfast::cmd
