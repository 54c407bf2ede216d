// SPDX-License-Identifier: MIT
// A module of another time: what the loader must refuse before it uses anything of it.
#include "audio/module.h"

namespace holdfast::audio {
namespace {

Result<Offer> look() {
  return Offer{"strange", {}, true};
}
Result<std::unique_ptr<Device>> make(std::string_view /*options*/) {
  return Error{ErrorKind::kUsage, 0, "strange"};
}

}  // namespace
}  // namespace holdfast::audio

extern "C" {
const holdfast::audio::Module hf_audio_module = {holdfast::audio::kModuleInterface + 1,
                                                 holdfast::audio::kModuleLayout, "99.0.0",
                                                 &holdfast::audio::look, &holdfast::audio::make};
}
