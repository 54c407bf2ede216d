// SPDX-License-Identifier: MIT
// Who holds the capture devices of this machine's sound cards: the kernel says it in
// /proc/asound/cardN/pcmNc/subN/status, as long as a stream is open.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::audio {

/// The process (in fact the thread) that opened a stream, from the text of its status file; nothing
/// for "closed" and for whatever else names none.
std::optional<pid_t> parse_pcm_owner(std::string_view status);

/// One capture device that is in use.
struct PcmOwner {
  std::string device;  ///< "hw:0,0".
  pid_t process = 0;
  std::string command;  ///< Its name; empty when it cannot be read.
};

/// All that are in use, in order of card and device.
std::vector<PcmOwner> read_pcm_owners(const std::string& root = "/proc");

}  // namespace holdfast::audio
