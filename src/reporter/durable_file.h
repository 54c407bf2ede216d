// SPDX-License-Identifier: MIT
// Small files that are there whole or not at all, whatever ends the program or the machine, and a
// lock that its holder's death releases.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::reporter {

/// Makes the folder and those above it, for this user only. Errors: what the system says.
Result<> make_folders(const std::string& path);

/// Replaces `folder`/`name` by `text`: writes another file beside it, brings it to the disk, gives
/// it its name, and brings that to the disk, too. One writer of a name at a time;
/// what a killed one left is called kUnfinishedPrefix and the name. Errors: what the system says;
/// `path` is as it was.
Result<> write_durably(const std::string& folder, const std::string& name, std::string_view text);
inline constexpr std::string_view kUnfinishedPrefix = ".new-";

/// Appends to `path`, on the disk when it returns.
Result<> append_durably(const std::string& path, std::string_view text);

/// The content, up to `most` bytes; nothing when there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path, size_t most);

/// Renames or deletes, and brings it to the disk. Nothing to rename or delete is no error.
Result<> move_file(const std::string& from, const std::string& to);
Result<> delete_file(const std::string& path);

/// An exclusive lock between processes. Movable; released at its end.
class FileLock {
 public:
  /// Waits for it.
  static Result<FileLock> take(const std::string& path);
  /// Nothing when somebody else has it.
  static Result<std::optional<FileLock>> try_take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace holdfast::reporter
