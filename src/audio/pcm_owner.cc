// SPDX-License-Identifier: MIT
#include "audio/pcm_owner.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace holdfast::audio {
namespace {

/// Empty where there is none: a stream may be closed while we look.
std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder,
                                              std::string_view prefix) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// "pcm0c" is the first capture device of "card1".
void add_owners_of(const std::filesystem::path& device, const std::string& root,
                   std::vector<PcmOwner>& owners) {
  const std::string card = device.parent_path().filename().string().substr(4);
  std::string number = device.filename().string().substr(3);
  if (!number.ends_with('c')) return;
  number.pop_back();
  const std::string name = "hw:" + card + "," + number;
  for (const std::filesystem::path& stream : folders_in(device, "sub")) {
    const std::optional<pid_t> owner = parse_pcm_owner(text_of(stream / "status"));
    if (!owner) continue;
    std::string command = text_of(root + "/" + std::to_string(*owner) + "/comm");
    command.erase(std::find(command.begin(), command.end(), '\n'), command.end());
    owners.push_back({name, *owner, command});
  }
}

}  // namespace

std::optional<pid_t> parse_pcm_owner(std::string_view status) {
  constexpr std::string_view kName = "owner_pid";
  while (!status.empty()) {
    std::string_view line = status.substr(0, status.find('\n'));
    status.remove_prefix(std::min(line.size() + 1, status.size()));
    if (!line.starts_with(kName)) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t:", kName.size()), line.size()));
    pid_t process = 0;
    std::from_chars(line.data(), line.data() + line.size(), process);
    if (process > 0) return process;
  }
  return std::nullopt;
}

std::vector<PcmOwner> read_pcm_owners(const std::string& root) {
  std::vector<PcmOwner> owners;
  for (const std::filesystem::path& card : folders_in(root + "/asound", "card")) {
    if (!std::filesystem::is_directory(card) || card.filename() == "cards") continue;
    for (const std::filesystem::path& device : folders_in(card, "pcm")) {
      add_owners_of(device, root, owners);
    }
  }
  return owners;
}

}  // namespace holdfast::audio
