// SPDX-License-Identifier: MIT
// Reading /proc: a file once, or a descriptor that is kept open and read again and again (a fifth
// of the cost of open + read + close, as measured). A process that has ended, and one that
// belongs to somebody else, become errors that say what to do.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace holdfast::probe {

/// An open file below /proc, closed at the end. Not thread safe.
class ProcFile {
 public:
  /// Errors: kUnavailable, in words for the user, when the process is gone or refuses.
  static Result<ProcFile> open(const std::string& path);

  ProcFile(ProcFile&& other) noexcept;
  ProcFile& operator=(ProcFile&& other) noexcept;
  ProcFile(const ProcFile&) = delete;
  ProcFile& operator=(const ProcFile&) = delete;
  ~ProcFile();

  /// The file's present content, from its start. Errors as in open(); ESRCH: it has ended.
  [[nodiscard]] Result<std::string> read() const;

  /// Up to `size_bytes` from `offset_bytes` into `buffer`; how many came.
  [[nodiscard]] Result<size_t> read_at(void* buffer, size_t size_bytes, size_t offset_bytes) const;

 private:
  ProcFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

/// The whole file at `path`. Errors as ProcFile.
Result<std::string> read_proc_file(const std::string& path);

/// What a link such as /proc/PID/exe points to. Errors as ProcFile.
Result<std::string> read_proc_link(const std::string& path);

/// "ROOT/PID/NAME".
std::string proc_path(const std::string& root, int pid, const std::string& name);

/// "ROOT/PID/task/TID/NAME".
std::string task_path(const std::string& root, int pid, int tid, const std::string& name);

}  // namespace holdfast::probe
