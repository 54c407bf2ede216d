// SPDX-License-Identifier: MIT
#include "core/undo_journal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace holdfast {
namespace {

constexpr std::array<std::pair<UndoKind, std::string_view>, 3> kWords = {{
    {UndoKind::kCgroup, "cgroup "},
    {UndoKind::kSwapFile, "swap "},
    {UndoKind::kDirectory, "directory "},
}};

bool is_own_path(std::string_view path) {
  if (!path.starts_with('/') || path.find("/../") != std::string_view::npos) return false;
  return path.substr(path.rfind('/') + 1).starts_with(kOwnPrefix);
}

std::optional<Undo> parse_line(std::string_view line) {
  for (const auto& [kind, word] : kWords) {
    if (!line.starts_with(word)) continue;
    const std::string_view path = line.substr(word.size());
    if (is_own_path(path)) return Undo{kind, std::string(path)};
  }
  return std::nullopt;
}

}  // namespace

std::string to_line(const Undo& undo) {
  const auto* word = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const auto& pair) { return pair.first == undo.kind; });
  return std::string(word->second) + undo.path + "\n";
}

std::vector<Undo> parse_undo_journal(std::string_view text) {
  std::vector<Undo> steps;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (auto step = parse_line(text.substr(0, end))) steps.push_back(std::move(*step));
    text.remove_prefix(end + 1);
  }
  std::reverse(steps.begin(), steps.end());
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Undo& a, const Undo& b) { return a.kind < b.kind; });
  return steps;
}

}  // namespace holdfast
