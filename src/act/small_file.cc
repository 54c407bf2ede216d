// SPDX-License-Identifier: MIT
#include "act/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::act {

Result<std::string> read_small_file(const std::string& path) {
  constexpr size_t kLargest = size_t{1} << 20;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_error("cannot open " + path, errno);
  std::string text;
  char buffer[4096];
  ssize_t size = 0;
  while (text.size() < kLargest && (size = read(file, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  const int read_errno = size < 0 ? errno : 0;
  close(file);
  if (read_errno != 0) return system_error("cannot read " + path, read_errno);
  return text;
}

Result<> write_small_file(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return system_error("cannot open " + path, errno);
  const ssize_t written = write(file, text.data(), text.size());
  const int write_errno = written < 0 ? errno : 0;
  close(file);
  if (write_errno != 0) return system_error("cannot write " + path, write_errno);
  if (static_cast<size_t>(written) != text.size()) return system_error("short write " + path, EIO);
  return Done{};
}

}  // namespace holdfast::act
