// SPDX-License-Identifier: MIT
// Judges what there is to play and record with, and whether the sound server protects its own
// real-time thread from what Holdfast is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace holdfast {

/// One running sound server.
struct SoundServer {
  std::string name;                     ///< "pipewire", "jackd", ...
  int64_t locked_bytes = 0;             ///< VmLck of its process.
  int realtime_threads = 0;             ///< Of its threads, so many are real-time.
  std::optional<bool> is_stack_locked;  ///< Of the first of them; nothing: not told to this user.
};

/// What was found and tried.
struct AudioSetup {
  std::vector<std::string> usable_devices;  ///< What can be given to --device.
  std::optional<int> cards;                 ///< Sound cards of the kernel; nothing: not told.
  Trial card;                               ///< Opening the control device of the first card.
  int seen_processes = 0;                   ///< So many were looked through for servers.
  std::vector<SoundServer> servers;
};

/// How many cards /proc/asound/cards lists.
int count_sound_cards(std::string_view cards);

/// A process of this name is a sound server.
bool is_sound_server(std::string_view process_name);

/// Findings of the group "audio".
std::vector<Finding> check_audio(const AudioSetup& setup);

}  // namespace holdfast
