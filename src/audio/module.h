// SPDX-License-Identifier: MIT
// What a sound system's shared module shows to the front end: one object of C linkage, with a
// version to check before anything else of it is used. docs/sound-systems.md says how to add one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audio/device.h"
#include "base/result.h"
#include "version.h"

namespace holdfast::audio {

/// What a sound system offers on this machine, now.
struct Offer {
  std::string description;           ///< One line: version, server, rate, block size.
  std::vector<std::string> sources;  ///< What may follow the name and a colon in --device.
  bool can_be_default = true;        ///< False: not without being asked for by name.
};

/// Goes up with every change of this file, device.h or rt/block.h.
inline constexpr uint32_t kModuleInterface = 1;

/// C++ objects cross the border: their sizes, mixed, give away most changes that were forgotten.
inline constexpr uint32_t kModuleLayout =
    sizeof(Capabilities) * 65536 + sizeof(Offer) * 256 + sizeof(Block) + sizeof(StreamFormat);

/// One sound system. The first three members stay where they are, for ever.
struct Module {
  uint32_t interface_version = kModuleInterface;
  uint32_t layout = kModuleLayout;
  const char* version = HF_VERSION;

  /// Looks whether the system can be used now. Starts nothing, changes nothing, prints nothing. The
  /// front end calls it in a process of its own and gives up when it takes long.
  /// Errors: kUnavailable, "what is missing; what to do".
  Result<Offer> (*look)() = nullptr;

  /// Makes a device of what follows the system's name in --device: "" or ":source". Does not touch
  /// the system yet; that is for Device::open(). Errors: kUsage.
  Result<std::unique_ptr<Device>> (*make)(std::string_view options) = nullptr;
};

}  // namespace holdfast::audio

/// The one name that a module exports.
#define HF_AUDIO_MODULE_SYMBOL "hf_audio_module"
extern "C" {
// NOLINTNEXTLINE(readability-identifier-naming): a name of C
[[gnu::visibility("default")]] extern const holdfast::audio::Module hf_audio_module;
}
