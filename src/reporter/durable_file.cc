// SPDX-License-Identifier: MIT
#include "reporter/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace holdfast::reporter {
namespace {

constexpr mode_t kOwnFile = 0600;
constexpr mode_t kOwnFolder = 0700;

/// A file that closes itself.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, kOwnFile)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Result<> write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("cannot write " + path, errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return Done{};
}

Result<> sync_file(int file, const std::string& path) {
  if (::fsync(file) == 0) return Done{};
  return system_error("cannot bring " + path + " to the disk", errno);
}

/// So that names survive a power cut. Some file systems cannot do that for folders.
void sync_folder_of(const std::string& path) {
  const OpenFile folder(path.substr(0, path.rfind('/') + 1), O_RDONLY | O_DIRECTORY);
  if (folder.number() >= 0) ::fsync(folder.number());
}

Result<> write_new(const std::string& path, std::string_view text) {
  const OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (file.number() < 0) return system_error("cannot create " + path, errno);
  HF_TRY(write_all(file.number(), text, path));
  return sync_file(file.number(), path);
}

Result<int> open_lock(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnFile);
  if (file < 0) return system_error("cannot open " + path, errno);
  return file;
}

}  // namespace

Result<> make_folders(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), kOwnFolder) != 0 && errno != EEXIST) {
      struct stat status = {};
      const int why = errno;  // a folder on a read-only disk may be there all the same
      if (::stat(part.c_str(), &status) != 0) return system_error("cannot create " + part, why);
    }
    if (end == std::string::npos) return Done{};
  }
}

Result<> write_durably(const std::string& folder, const std::string& name, std::string_view text) {
  const std::string path = folder + "/" + name;
  const std::string beginning = folder + "/" + std::string(kUnfinishedPrefix) + name;
  if (Result<> written = write_new(beginning, text); !written) {
    ::unlink(beginning.c_str());
    return std::move(written.error());
  }
  return move_file(beginning, path);
}

Result<> append_durably(const std::string& path, std::string_view text) {
  const OpenFile file(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
  if (file.number() < 0) return system_error("cannot open " + path, errno);
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return system_error("cannot stat " + path, errno);
  if (Result<> written = write_all(file.number(), text, path); !written) {
    // Half a line would make the next one unreadable; where even this fails, readers skip it.
    [[maybe_unused]] const int cut = ::ftruncate(file.number(), status.st_size);
    return written;
  }
  return sync_file(file.number(), path);
}

Result<std::optional<std::string>> read_file(const std::string& path, size_t most) {
  const OpenFile file(path, O_RDONLY | O_NONBLOCK);
  if (file.number() < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file.number() < 0) return system_error("cannot open " + path, errno);
  std::string text;
  char buffer[16384];
  while (text.size() <= most) {
    const ssize_t size = ::read(file.number(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error("cannot read " + path, errno);
    if (size == 0) return std::optional(std::move(text));
    text.append(buffer, static_cast<size_t>(size));
  }
  return Error{ErrorKind::kBadData, 0, path + " is longer than any file of ours"};
}

Result<> move_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    if (errno == ENOENT) return Done{};
    return system_error("cannot rename " + from, errno);
  }
  sync_folder_of(to);
  return Done{};
}

Result<> delete_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return system_error("cannot delete " + path, errno);
  }
  sync_folder_of(path);
  return Done{};
}

Result<FileLock> FileLock::take(const std::string& path) {
  HF_TRY_ASSIGN(const int file, open_lock(path));
  FileLock lock(file);
  while (::flock(file, LOCK_EX) != 0) {
    if (errno != EINTR) return system_error("cannot lock " + path, errno);
  }
  return lock;
}

Result<std::optional<FileLock>> FileLock::try_take(const std::string& path) {
  HF_TRY_ASSIGN(const int file, open_lock(path));
  FileLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return std::optional(std::move(lock));
  if (errno == EWOULDBLOCK || errno == EINTR) return std::optional<FileLock>();
  return system_error("cannot lock " + path, errno);
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace holdfast::reporter
