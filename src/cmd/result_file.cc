// SPDX-License-Identifier: MIT
#include "cmd/result_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "probe/file_descriptor.h"

namespace holdfast::cmd {
namespace {

/// `path` is what the user called it.
Result<> write_to(const probe::FileDescriptor& file, const std::string& path,
                  std::string_view text) {
  if (file.number() < 0) return system_error("cannot create " + path, errno);
  while (!text.empty()) {
    const ssize_t size = write(file.number(), text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return system_error("cannot write to " + path, size < 0 ? errno : ENOSPC);
    text.remove_prefix(static_cast<size_t>(size));
  }
  return Done{};
}

Result<> write_all(const std::string& file_path, const std::string& path, int flags,
                   std::string_view text) {
  const probe::FileDescriptor file(open(file_path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  return write_to(file, path, text);
}

/// A file that has no name until it is whole, so that nothing is left of it however this ends. Not
/// on every file system: then a draft has its name from the beginning.
Result<> write_draft(const std::string& draft, const std::string& path, std::string_view text) {
  const size_t slash = draft.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : draft.substr(0, slash + 1);
  const probe::FileDescriptor file(open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  if (file.number() < 0) return write_all(draft, path, O_CREAT | O_EXCL, text);
  HF_TRY(write_to(file, path, text));
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file.number());
  if (linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, draft.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return Done{};
  }
  return write_all(draft, path, O_CREAT | O_EXCL, text);
}

}  // namespace

Result<> write_result(const std::string& path, std::string_view text) {
  struct stat there = {};
  const bool is_there = stat(path.c_str(), &there) == 0;
  if (is_there && S_ISDIR(there.st_mode)) return usage_error(path + " is a folder");
  if (is_there && !S_ISREG(there.st_mode)) return write_all(path, path, 0, text);
  // A link stays one: what it leads to is replaced.
  char* real = is_there ? realpath(path.c_str(), nullptr) : nullptr;
  const std::string target = real != nullptr ? std::string(real) : path;
  std::free(real);
  const std::string draft = target + "." + std::to_string(getpid()) + ".part";
  Result<> written = write_draft(draft, path, text);
  if (written && rename(draft.c_str(), target.c_str()) != 0) {
    written = system_error("cannot replace " + path, errno);
  }
  if (!written && written.error().system_errno != EEXIST) unlink(draft.c_str());
  return written;
}

Result<> check_result(const std::string& path) {
  struct stat there = {};
  if (stat(path.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return usage_error(path + " is a folder");
    if (!S_ISREG(there.st_mode)) return Done{};
  }
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (access(folder.c_str(), W_OK) != 0) return system_error("cannot write into " + folder, errno);
  return Done{};
}

}  // namespace holdfast::cmd
