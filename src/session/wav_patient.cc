// SPDX-License-Identifier: MIT
#include "session/wav_patient.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

namespace holdfast::session {
namespace {

constexpr uint64_t kLargestHead = 16 << 20;  ///< A file whose samples begin later keeps the rest.
constexpr int kMostCopies = 1000;

size_t read_at(int file, uint64_t offset, std::span<std::byte> target) {
  size_t done = 0;
  while (done < target.size()) {
    const ssize_t size =
        pread(file, target.data() + done, target.size() - done, static_cast<off_t>(offset + done));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    done += static_cast<size_t>(size);
  }
  return done;
}

/// 0, or the errno.
int write_at(int file, uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t size = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<size_t>(size));
    offset += static_cast<uint64_t>(size);
  }
  return 0;
}

}  // namespace

Result<WavPatient> WavPatient::open(const std::string& path, bool is_read_only) {
  const int access = is_read_only ? O_RDONLY : O_RDWR;
  probe::FileDescriptor file(::open(path.c_str(), access | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return system_error("cannot open " + path, errno);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) return system_error("cannot look at " + path, errno);
  if (!S_ISREG(status.st_mode)) return usage_error(path + " is no ordinary file");
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorKind::kUsage, EWOULDBLOCK, path + " is being written by another program"};
  }
  WavPatient patient(path, std::move(file));
  const int number = patient.file_.number();
  Result<WavRepair> repair = plan_wav_repair(
      [number](uint64_t offset, std::span<std::byte> target) {
        return read_at(number, offset, target);
      },
      static_cast<uint64_t>(status.st_size));
  if (!repair) {
    repair.error().what = path + " cannot be repaired: " + repair.error().what;
    return std::move(repair.error());
  }
  patient.repair_ = std::move(*repair);
  return patient;
}

/// "take.wav.head", or with a number where that exists: an older copy is worth as much.
Result<std::string> WavPatient::copy_head() const {
  Bytes head(std::min(repair_.data_begin, kLargestHead));
  head.resize(read_at(file_.number(), 0, head));
  for (int i = 0; i < kMostCopies; i++) {
    const std::string path = path_ + ".head" + (i == 0 ? "" : std::to_string(i + 1));
    const probe::FileDescriptor copy(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (copy.number() < 0 && errno == EEXIST) continue;
    if (copy.number() < 0) return system_error("cannot create " + path, errno);
    int failed = write_at(copy.number(), 0, head);
    if (failed == 0 && fsync(copy.number()) != 0) failed = errno;
    if (failed == 0) return path;
    unlink(path.c_str());
    return system_error("cannot keep a copy of the old head in " + path, failed);
  }
  return usage_error(path_ + ".head and a thousand more exist; remove some");
}

Result<std::string> WavPatient::heal() {
  HF_TRY_ASSIGN(const std::string copy, copy_head());
  for (const FilePatch& patch : repair_.patches) {
    if (const int failed = write_at(file_.number(), patch.offset, patch.bytes); failed != 0) {
      return system_error("cannot write to " + path_, failed);
    }
  }
  if (fsync(file_.number()) != 0) return system_error("cannot write to " + path_, errno);
  return copy;
}

}  // namespace holdfast::session
