// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "act/remedy.h"
#include "act/small_file.h"
#include "core/memory_check.h"

namespace holdfast::act {
namespace {

bool is_regular(const std::string& path) {
  struct stat found = {};
  return lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

bool exists(const std::string& path) {
  struct stat found = {};
  return lstat(path.c_str(), &found) == 0;
}

/// "madvise" of "always [madvise] never", and the value itself where it is no choice.
std::string value_of(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return parse_choice(text).value_or(text);
}

Result<RemedyOutcome> plan_file(const RemedyChange& change, const std::string& path) {
  RemedyOutcome outcome{change, true, ""};
  if (!exists(path)) return outcome;
  const auto content = read_small_file(path);
  if (content && is_regular(path) && content->starts_with(kRemedyMark)) {
    outcome.was_needed = *content != change.content;
    return outcome;
  }
  return Error{ErrorKind::kUnavailable, EEXIST,
               change.path + " is there and was not written by holdfast doctor; move it away"};
}

Result<RemedyOutcome> plan_setting(const RemedyChange& change, const std::string& path) {
  RemedyOutcome outcome{change, false, ""};
  const auto value = read_small_file(path);
  if (!value) return outcome;  // this machine has no such setting
  outcome.old_value = value_of(*value);
  outcome.was_needed = outcome.old_value != change.content;
  return outcome;
}

Result<> write_whole(const std::string& path, const std::string& content) {
  const std::string draft = path + ".holdfast-new";
  unlink(draft.c_str());
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return system_error("cannot create " + path, errno);
  fchmod(file, 0644);  // whatever the umask is: everybody's login reads it
  const ssize_t written = write(file, content.data(), content.size());
  const bool is_whole = written == static_cast<ssize_t>(content.size()) && fsync(file) == 0;
  const int write_errno = is_whole ? 0 : (written < 0 ? errno : ENOSPC);
  close(file);
  if (is_whole && rename(draft.c_str(), path.c_str()) == 0) return Done{};
  const int reason = is_whole ? errno : write_errno;
  unlink(draft.c_str());
  return system_error("cannot write " + path, reason);
}

}  // namespace

Result<RemedyOutcome> plan_change(const RemedyChange& change, const std::string& root) {
  const std::string path = root + change.path;
  return change.kind == RemedyChange::Kind::kFile ? plan_file(change, path)
                                                  : plan_setting(change, path);
}

Result<RemedyOutcome> carry_out(const RemedyChange& change, const std::string& root) {
  HF_TRY_ASSIGN(RemedyOutcome outcome, plan_change(change, root));
  if (!outcome.was_needed) return outcome;
  const std::string path = root + change.path;
  HF_TRY(change.kind == RemedyChange::Kind::kFile ? write_whole(path, change.content)
                                                  : write_small_file(path, change.content));
  return outcome;
}

}  // namespace holdfast::act
