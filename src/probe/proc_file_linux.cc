// SPDX-License-Identifier: MIT
#include "probe/proc_file_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

namespace holdfast::probe {
namespace {

Error failed(const std::string& path, int system_errno) {
  if (system_errno == ENOENT || system_errno == ESRCH) {
    return {ErrorKind::kUnavailable, system_errno, path + ": no such process or thread any more"};
  }
  if (system_errno == EACCES || system_errno == EPERM) {
    return {ErrorKind::kUnavailable, system_errno,
            path +
                ": not allowed; run as the user who owns the process, or as root (with "
                "CAP_SYS_PTRACE)"};
  }
  return system_error(path, system_errno);
}

}  // namespace

Result<ProcFile> ProcFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, errno);
  return ProcFile(descriptor, path);
}

ProcFile::ProcFile(ProcFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

ProcFile& ProcFile::operator=(ProcFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

ProcFile::~ProcFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<size_t> ProcFile::read_at(void* buffer, size_t size_bytes, size_t offset_bytes) const {
  const ssize_t count = pread(descriptor_, buffer, size_bytes, static_cast<off_t>(offset_bytes));
  if (count < 0) return failed(path_, errno);
  return static_cast<size_t>(count);
}

Result<std::string> ProcFile::read() const {
  std::string content;
  char piece[16384];
  for (;;) {
    HF_TRY_ASSIGN(const size_t count, read_at(piece, sizeof piece, content.size()));
    if (count == 0) return content;
    content.append(piece, count);
  }
}

Result<std::string> read_proc_file(const std::string& path) {
  HF_TRY_ASSIGN(const ProcFile file, ProcFile::open(path));
  return file.read();
}

Result<std::string> read_proc_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  if (length < 0) return failed(path, errno);
  return std::string(target, static_cast<size_t>(length));
}

std::string proc_path(const std::string& root, int pid, const std::string& name) {
  return root + "/" + std::to_string(pid) + "/" + name;
}

std::string task_path(const std::string& root, int pid, int tid, const std::string& name) {
  return proc_path(root, pid, "task/" + std::to_string(tid) + "/" + name);
}

}  // namespace holdfast::probe
