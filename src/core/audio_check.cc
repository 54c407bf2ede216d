// SPDX-License-Identifier: MIT
#include "core/audio_check.h"

#include <algorithm>
#include <array>

#include "core/byte_size.h"
#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// As far as the 15 bytes of a name in /proc show them.
constexpr std::array<std::string_view, 6> kSoundServers = {
    "pipewire", "jackd", "jackdbus", "pulseaudio", "sndiod", "pipewire-pulse"};

Finding audio_finding(std::string name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "audio";
  made.name = std::move(name);
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

Finding check_devices(const AudioSetup& setup) {
  if (setup.usable_devices.empty()) {
    return audio_finding("devices", FindingStatus::kUnknown,
                         "no sound system is known to this build");
  }
  std::string evidence = "--device can be";
  for (const std::string& name : setup.usable_devices) {
    evidence += (&name == &setup.usable_devices.front() ? " " : ", ") + name;
  }
  return audio_finding("devices", FindingStatus::kPass, std::move(evidence));
}

Finding check_cards(const AudioSetup& setup) {
  if (setup.cards.value_or(0) == 0) {
    Finding made =
        audio_finding("cards", FindingStatus::kUnknown,
                      setup.cards ? "the kernel has no sound card"
                                  : "/proc/asound is not there: no sound card, or a container "
                                    "that hides it");
    made.effect = "nothing can be said about real devices; everything works on --device virtual.";
    return made;
  }
  std::string evidence = std::to_string(*setup.cards) +
                         " found; opened the control of the first: " + to_text(setup.card);
  if (setup.card.is_granted()) {
    return audio_finding("cards", FindingStatus::kPass, std::move(evidence));
  }
  Finding made = audio_finding("cards", FindingStatus::kUnknown, std::move(evidence));
  if (!setup.card.was_tried) return made;
  made.status = FindingStatus::kFail;
  made.effect = "this user cannot use the card, except through a sound server of somebody else.";
  made.fix = "sudo usermod -aG audio $USER";
  made.needs_login = true;
  return made;
}

Finding check_server(const SoundServer& server) {
  std::string evidence = std::to_string(server.realtime_threads) + " real-time thread" +
                         (server.realtime_threads == 1 ? "" : "s") + ", " +
                         format_byte_size(server.locked_bytes) + " locked";
  if (server.is_stack_locked) {
    evidence += *server.is_stack_locked ? "; the stack of a real-time thread is locked"
                                        : "; the stack of its real-time thread is not locked";
  } else if (server.realtime_threads > 0) {
    evidence += "; whether its stack is among it is not told to this user";
  }
  if (server.realtime_threads == 0) {
    Finding made = audio_finding(server.name, FindingStatus::kWarn, std::move(evidence));
    made.effect = "any other program can make the sound server late.";
    made.fix = "sudo holdfast doctor --fix limits";
    made.remedy = "limits";
    made.needs_login = true;
    return made;
  }
  const bool has_locked_little = server.locked_bytes == 0 || !server.is_stack_locked.value_or(true);
  if (!has_locked_little) {
    const FindingStatus status =
        server.is_stack_locked ? FindingStatus::kPass : FindingStatus::kUnknown;
    return audio_finding(server.name, status, std::move(evidence));
  }
  Finding made = audio_finding(server.name, FindingStatus::kWarn, std::move(evidence));
  made.effect = "when memory runs short, every program that plays through it loses audio.";
  made.fix = server.name.starts_with("pipewire")
                 ? "set mem.mlock-all = true in pipewire.conf, with a lock limit that allows it"
                 : "watch it under load: sudo holdfast watch --pid $(pidof " + server.name + ")";
  return made;
}

}  // namespace

int count_sound_cards(std::string_view cards) {
  int count = 0;
  TextReader lines(cards);
  while (!lines.is_at_end()) {
    // " 0 [PCH            ]: HDA-Intel - HDA Intel PCH", and an indented second line
    TextReader line(lines.take_line());
    if (parse_number<int>(line.take_field()) && line.take_rest().starts_with('[')) count++;
  }
  return count;
}

bool is_sound_server(std::string_view process_name) {
  return std::find(kSoundServers.begin(), kSoundServers.end(), process_name) != kSoundServers.end();
}

std::vector<Finding> check_audio(const AudioSetup& setup) {
  std::vector<Finding> findings = {check_devices(setup), check_cards(setup)};
  for (const SoundServer& server : setup.servers) findings.push_back(check_server(server));
  if (setup.servers.empty()) {
    findings.push_back(audio_finding("server", FindingStatus::kUnknown,
                                     "none seen among " + std::to_string(setup.seen_processes) +
                                         " processes, so there is nothing to say about one"));
  }
  return findings;
}

}  // namespace holdfast
