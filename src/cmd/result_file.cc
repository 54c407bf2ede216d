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

constexpr mode_t kForAll = 0666;  // as far as the umask lets them
constexpr mode_t kForOwner = 0600;

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

Result<> write_to_device(const std::string& path, std::string_view text) {
  return write_to(probe::FileDescriptor(open(path.c_str(), O_WRONLY | O_CLOEXEC)), path, text);
}

Result<> write_named(const std::string& name, const std::string& path, mode_t mode,
                     std::string_view text) {
  const probe::FileDescriptor file(
      open(name.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, mode));
  Result<> written = write_to(file, path, text);
  if (!written && file.number() >= 0) unlink(name.c_str());
  return written;
}

/// A new file that has no name until it is whole, so that nothing is left of it however this ends.
/// Not on every file system: then it has its name from the beginning.
Result<> write_new(const std::string& name, const std::string& path, mode_t mode,
                   std::string_view text) {
  const size_t slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : name.substr(0, slash + 1);
  const probe::FileDescriptor file(open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
  if (file.number() < 0) return write_named(name, path, mode, text);
  HF_TRY(write_to(file, path, text));
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file.number());
  if (linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return Done{};
  }
  return write_named(name, path, mode, text);
}

}  // namespace

Result<> write_result(const std::string& path, std::string_view text) {
  struct stat there = {};
  const bool is_there = stat(path.c_str(), &there) == 0;
  if (is_there && S_ISDIR(there.st_mode)) return usage_error(path + " is a folder");
  if (is_there && !S_ISREG(there.st_mode)) return write_to_device(path, text);
  // A link stays one: what it leads to is replaced.
  char* real = is_there ? realpath(path.c_str(), nullptr) : nullptr;
  const std::string target = real != nullptr ? std::string(real) : path;
  std::free(real);
  const std::string draft = target + "." + std::to_string(getpid()) + ".part";
  HF_TRY(write_new(draft, path, kForAll, text));
  if (rename(draft.c_str(), target.c_str()) == 0) return Done{};
  const int rename_errno = errno;
  unlink(draft.c_str());
  return system_error("cannot replace " + path, rename_errno);
}

Result<> write_private_result(const std::string& path, std::string_view text) {
  struct stat there = {};
  const bool is_there = stat(path.c_str(), &there) == 0;
  if (is_there && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
    return write_to_device(path, text);
  }
  Result<> written = write_new(path, path, kForOwner, text);
  if (written || written.error().system_errno != EEXIST) return written;
  return usage_error(path + " is there already: not overwritten");
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
