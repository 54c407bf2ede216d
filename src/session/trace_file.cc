// SPDX-License-Identifier: MIT
#include "session/trace_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/check.h"

namespace holdfast::session {
namespace {

/// Writes all of `bytes`; returns 0 or the errno of the write that failed.
int write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    if (size == 0) return ENOSPC;  // POSIX leaves it open; repeating it would not end
    bytes = bytes.subspan(static_cast<size_t>(size));
  }
  return 0;
}

Error cannot_create(const std::string& path, int create_errno) {
  if (create_errno == EEXIST) {
    return Error{ErrorKind::kUsage, EEXIST, path + " exists already: not overwritten"};
  }
  return system_error("cannot create " + path, create_errno);
}

}  // namespace

Result<TraceFile> TraceFile::create(const std::string& path, const SessionInfo& info,
                                    IfExists if_exists) {
  if (path == "-") {
    return usage_error("a trace goes into a file, not to standard output");
  }
  const int if_exists_flag = if_exists == IfExists::kRefuse ? O_EXCL : 0;
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | if_exists_flag;
  probe::FileDescriptor file(open(path.c_str(), flags, 0666));
  if (file.number() < 0) return cannot_create(path, errno);
  // Held until the file is closed: a trace that is still growing is not replaced.
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorKind::kUsage, EWOULDBLOCK, path + " is being written by another program"};
  }
  static_cast<void>(!ftruncate(file.number(), 0));  // a pipe cannot, and need not
  TraceFile trace(path, std::move(file));
  trace.buffer_.reserve(kChunkRecords);
  if (Result<> written = trace.append(trace.writer_.description(info)); !written) {
    if (if_exists == IfExists::kRefuse) unlink(path.c_str());
    return std::move(written.error());
  }
  return trace;
}

TraceFile::~TraceFile() {
  static_cast<void>(flush());
}

Result<> TraceFile::add(std::span<const Record> records) {
  HF_CHECK(file_.number() >= 0);
  while (!records.empty() && failure_.what.empty()) {
    const size_t room = kChunkRecords - buffer_.size();
    const auto now = records.first(std::min(room, records.size()));
    buffer_.insert(buffer_.end(), now.begin(), now.end());
    records = records.subspan(now.size());
    if (buffer_.size() == kChunkRecords) static_cast<void>(flush());
  }
  if (failure_.what.empty()) return Done{};
  records_lost_ += static_cast<int64_t>(records.size());
  return failure_;
}

Result<> TraceFile::flush() {
  const auto count = static_cast<int64_t>(buffer_.size());
  if (!failure_.what.empty()) return failure_;
  if (count == 0) return Done{};
  Result<> appended = append(writer_.records(buffer_));
  buffer_.clear();
  (appended ? records_written_ : records_lost_) += count;
  return appended;
}

Result<> TraceFile::close() {
  HF_TRY(flush());
  // A file system that writes late (NFS) tells of its full disk here.
  if (::close(file_.release()) != 0 && errno != EINTR) {
    failure_ = system_error("cannot finish " + path_, errno);
    return failure_;
  }
  return Done{};
}

Result<> TraceFile::append(std::span<const std::byte> chunk) {
  if (const int write_errno = write_all(file_.number(), chunk); write_errno != 0) {
    return stop(write_errno);
  }
  bytes_written_ += static_cast<int64_t>(chunk.size());
  return Done{};
}

/// Cuts the file back to what is whole.
Error TraceFile::stop(int write_errno) {
  failure_ = system_error("cannot write to " + path_, write_errno);
  failure_.what += ": the trace ends here; kept " + std::to_string(records_written_) +
                   " records in " + std::to_string(bytes_written_) + " bytes";
  // Devices and pipes cannot be cut; a reader copes with the broken chunk at the end just as well.
  if (ftruncate(file_.number(), bytes_written_) != 0 && errno != EINVAL) {
    failure_.what += " and an incomplete chunk after them";
  }
  return failure_;
}

Result<ByteSource> open_byte_source(const std::string& path) {
  const bool is_stdin = path == "-";
  const int number =
      is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) return system_error("cannot open " + path, errno);
  // Shared, because a std::function must be copyable.
  const auto file = std::make_shared<probe::FileDescriptor>(number);
  return ByteSource([file, path](std::span<std::byte> target) -> Result<size_t> {
    while (true) {
      const ssize_t size = read(file->number(), target.data(), target.size());
      if (size >= 0) return static_cast<size_t>(size);
      // A stop signal came while waiting for more: what is there is all there is.
      if (errno == EINTR) return size_t{0};
      return system_error("cannot read " + path, errno);
    }
  });
}

Result<TraceReader> open_trace(const std::string& path) {
  HF_TRY_ASSIGN(ByteSource source, open_byte_source(path));
  Result<TraceReader> reader = TraceReader::open(std::move(source));
  if (!reader) return std::move(reader.error()).in(path);
  return reader;
}

}  // namespace holdfast::session
