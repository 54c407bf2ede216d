// SPDX-License-Identifier: MIT
// The sound systems that come as shared modules: where their files are, how they are loaded, and
// what to say when one cannot be.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "audio/module.h"
#include "base/result.h"

namespace holdfast::cmd {

/// One sound system that this project knows.
struct SoundSystem {
  std::string_view name;                 ///< What to write after --device.
  std::string_view runtime_package;      ///< Debian's name for the library that users need.
  std::string_view development_package;  ///< What its module is built with; empty: planned.
};

/// All but the virtual device, in the order in which one becomes the default.
std::span<const SoundSystem> sound_systems();

/// Where modules are looked for: $HOLDFAST_AUDIO_MODULES, else ../lib/holdfast/audio seen from the
/// folder of the running program, in an installation as in a build tree.
Result<std::string> module_folder();

/// Loads a module, for the rest of this process's life. Errors: kUnavailable, with what to do.
Result<const audio::Module*> load_module(const SoundSystem& system);

/// What the system offers here, asked in a process of its own: what it loads is gone afterwards,
/// and a server that does not answer is given up after 3 s. Errors: kUnavailable, with what to do.
Result<audio::Offer> look_at(const SoundSystem& system);

}  // namespace holdfast::cmd
