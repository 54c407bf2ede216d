// SPDX-License-Identifier: MIT
#include "probe/kernel_log_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "probe/file_descriptor.h"

namespace holdfast::probe {
namespace {

/// More than any record: CONSOLE_EXT_LOG_MAX of the kernel is 8192.
constexpr size_t kLongestRecord = 8192 + 1;
/// A log of 16 MiB, the largest that distributions make, holds fewer.
constexpr size_t kMostMessages = 200'000;

}  // namespace

Result<std::vector<KernelMessage>> read_kernel_log(const std::string& path) {
  const FileDescriptor log(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (log.number() < 0) return system_error("cannot read the kernel log", errno);
  std::vector<KernelMessage> messages;
  std::array<char, kLongestRecord> record = {};
  while (messages.size() < kMostMessages) {
    const ssize_t size = read(log.number(), record.data(), record.size());
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: overwritten meanwhile
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) return system_error("cannot read the kernel log", errno);
    if (size == 0) break;
    auto message = parse_kernel_message({record.data(), static_cast<size_t>(size)});
    if (message) messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace holdfast::probe
