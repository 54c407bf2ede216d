// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <vector>

#include "act/file_trials.h"

namespace holdfast::act {
namespace {

constexpr size_t kWrittenBytes = size_t{1} << 20;

int write_and_synchronise(int file) {
  const std::vector<char> content(kWrittenBytes, 'h');
  size_t written = 0;
  while (written < content.size()) {
    const ssize_t count = write(file, content.data() + written, content.size() - written);
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    written += static_cast<size_t>(count);
  }
  return fdatasync(file) == 0 ? 0 : errno;
}

}  // namespace

Trial try_to_open(const std::string& path) {
  Trial trial;
  const int file = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0) {
    close(file);
  } else {
    trial.system_errno = errno;
  }
  trial.was_tried = trial.system_errno != ENOENT;
  return trial;
}

WriteTrial try_to_write_here() {
  using Clock = std::chrono::steady_clock;
  WriteTrial result;
  const auto begin = Clock::now();
  const int file = open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    result.trial.system_errno = errno;
    // What kernels and file systems say that cannot make a file without a name.
    result.trial.was_tried = errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL;
    return result;
  }
  result.trial.was_tried = true;
  result.trial.bytes = kWrittenBytes;
  result.trial.system_errno = write_and_synchronise(file);
  close(file);
  result.time =
      Nanos(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count());
  return result;
}

}  // namespace holdfast::act
