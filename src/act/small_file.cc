// SPDX-License-Identifier: MIT
#include "act/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::act {

namespace {

Result<std::string> read_rest(int file, const std::string& path, size_t most_bytes) {
  std::string text;
  char buffer[4096];
  ssize_t size = 0;
  while (text.size() < most_bytes && (size = read(file, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  if (size < 0) return system_error("cannot read " + path, errno);
  return text;
}

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  constexpr size_t kLargest = size_t{1} << 20;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_error("cannot open " + path, errno);
  Result<std::string> text = read_rest(file, path, kLargest);
  close(file);
  return text;
}

Result<std::string> read_end_of_file(const std::string& path, size_t most_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_error("cannot open " + path, errno);
  // Fails, and need not succeed, when the file is shorter than that.
  lseek(file, -static_cast<off_t>(most_bytes), SEEK_END);
  Result<std::string> text = read_rest(file, path, most_bytes);
  close(file);
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
