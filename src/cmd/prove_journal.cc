// SPDX-License-Identifier: MIT
#include "cmd/prove_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "report/prove_json.h"

namespace holdfast::cmd {
namespace {

constexpr off_t kLargest = off_t{16} << 20;  ///< 6000 blocks are 3 MB.

Result<std::string> read_whole(int file, const std::string& path) {
  std::string text;
  std::array<char, 65536> part = {};
  ssize_t size = 0;
  while ((size = read(file, part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<size_t>(size));
  }
  if (size < 0) return system_error("cannot read " + path, errno);
  return text;
}

/// A pipe or a device cannot be gone on from, and a huge file is not ours.
Result<> check_kind(int file, const std::string& path) {
  struct stat status = {};
  if (fstat(file, &status) != 0) return system_error("cannot read " + path, errno);
  if (S_ISREG(status.st_mode) && status.st_size <= kLargest) return Done{};
  return usage_error(path + " is not a journal of holdfast prove; name another file");
}

}  // namespace

Result<ProveJournal> ProveJournal::open(const std::string& path) {
  ProveJournal journal;
  if (path.empty()) return journal;
  journal.path_ = path;
  journal.file_ = probe::FileDescriptor(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644));
  if (journal.file_.number() < 0) {
    Error error = system_error("cannot open " + path, errno);
    error.kind = ErrorKind::kUsage;
    return error;
  }
  HF_TRY(check_kind(journal.file_.number(), path));
  if (flock(journal.file_.number(), LOCK_EX | LOCK_NB) != 0) {
    return usage_error(path + " is in use by another experiment");
  }
  HF_TRY_ASSIGN(const std::string text, read_whole(journal.file_.number(), path));
  if (text.empty()) return journal;
  auto found = parse_journal(text);
  if (!found) return usage_error(path + ": " + found.error().what);
  // A line that was cut off would swallow the next one.
  if (ftruncate(journal.file_.number(), static_cast<off_t>(found->size_bytes)) != 0) {
    return system_error("cannot go on in " + path, errno);
  }
  journal.found_ = std::move(*found);
  return journal;
}

Result<> ProveJournal::begin(const ExperimentDesign& design) {
  return append(prove_design_json(design));
}

Result<> ProveJournal::add(const ExperimentDesign& design, const BlockResult& block) {
  return append(prove_block_json(design, block));
}

Result<> ProveJournal::append(const std::string& line) {
  if (path_.empty()) return Done{};
  const std::string bytes = line + "\n";
  const ssize_t written = write(file_.number(), bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size()) && fdatasync(file_.number()) == 0)
    return Done{};
  const int reason = written < 0 || errno != 0 ? errno : ENOSPC;
  return system_error("cannot write " + path_, reason);
}

}  // namespace holdfast::cmd
