// SPDX-License-Identifier: MIT
// The list of what a run has made, or is about to make, and must take away again: one line each,
// written before the thing exists. Whoever survives (the run itself, its watchdog, the next start)
// reads the same lines. Every step is idempotent, so an intention that never happened is harmless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// What has to be taken away, and how. In the order in which it is done: what runs goes first,
/// since a full cgroup would not let its pages come back from the swap file, and swapoff would
/// fail.
enum class UndoKind {
  kCgroup,     ///< Kill what runs inside, then remove the cgroup.
  kSwapFile,   ///< Switch the swap file off, then delete it.
  kDirectory,  ///< Delete the files directly inside, then the directory.
};

/// One step of cleaning up. `path` is absolute and its last part begins with "holdfast-".
struct Undo {
  UndoKind kind = UndoKind::kCgroup;
  std::string path;

  friend bool operator==(const Undo&, const Undo&) = default;
};

/// Every name of a thing that may be undone begins with this.
inline constexpr std::string_view kOwnPrefix = "holdfast-";

/// "cgroup /path\n".
std::string to_line(const Undo& undo);

/// The steps of a journal in the order to perform them in: by kind, then newest first. Skips what
/// is not a complete line, and every path that this project would not have made: a journal can
/// never name a stranger.
std::vector<Undo> parse_undo_journal(std::string_view text);

}  // namespace holdfast
