// SPDX-License-Identifier: MIT
#include "act/cleanup_watchdog.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "act/small_file.h"
#include "act/state_directory.h"
#include "act/undo.h"

namespace holdfast::act {
namespace {

constexpr std::string_view kJournalStart = "holdfast-journal-";

/// Performs every step of the locked journal and deletes it when nothing is left.
std::vector<Undo> perform_journal(const std::string& path) {
  std::vector<Undo> done;
  const auto text = read_small_file(path);
  if (!text) return done;
  const std::vector<Undo> steps = parse_undo_journal(*text);
  for (const Undo& step : steps) {
    if (perform(step)) done.push_back(step);
  }
  if (done.size() == steps.size()) unlink(path.c_str());
  return done;
}

/// Opens the journal and takes its lock; -1 when it is gone or, without `wait`, when it is in use.
int lock_journal(const std::string& path, bool wait) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return -1;
  if (flock(file, LOCK_EX | (wait ? 0 : LOCK_NB)) == 0) return file;
  close(file);
  return -1;
}

/// Closes everything but the pipe. The standard streams become /dev/null: a pipeline must not have
/// to wait for the watchdog to close its stdout.
void drop_inherited(int pipe_read_end) {
  dup2(pipe_read_end, 3);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; stream < 3; ++stream) dup2(null, stream);
  close_range(4, ~0U, 0);
}

/// Performs the journal, again if something would not go at once. True when nothing is left.
bool clean_up(const std::string& journal) {
  constexpr int kAttempts = 5;
  const int lock = lock_journal(journal, true);
  if (lock < 0) return access(journal.c_str(), F_OK) != 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) sleep(1);
    perform_journal(journal);
    if (access(journal.c_str(), F_OK) != 0) return true;
  }
  return false;
}

/// The life of the watchdog: wait for the owner's end, clean up, exit.
[[noreturn]] void watch(int pipe_read_end, const std::string& journal, const std::string& state) {
  setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) {
    signal(number, SIG_IGN);
  }
  prctl(PR_SET_NAME, "holdfast-guard");
  drop_inherited(pipe_read_end);
  if (chdir("/") != 0) _exit(1);
  char byte = 0;
  while (read(3, &byte, 1) < 0 && errno == EINTR) {
  }
  const bool is_clean = clean_up(journal);
  rmdir(state.c_str());  // succeeds only for the last one to leave
  _exit(is_clean ? 0 : 1);
}

}  // namespace

std::vector<Undo> clean_up_left_overs(const std::string& state_directory) {
  std::vector<Undo> done;
  DIR* directory = opendir(state_directory.c_str());
  if (directory == nullptr) return done;
  while (const dirent* entry = readdir(directory)) {  // NOLINT(concurrency-mt-unsafe)
    const std::string name = entry->d_name;
    if (!name.starts_with(kJournalStart)) continue;
    std::string path = state_directory;
    path.append("/").append(name);
    const int lock = lock_journal(path, false);
    if (lock < 0) continue;  // its run lives
    for (Undo& undo : perform_journal(path)) done.push_back(std::move(undo));
    close(lock);
  }
  closedir(directory);
  return done;
}

CleanupWatchdog::CleanupWatchdog(std::string state_directory, std::string journal_path)
    : state_directory_(std::move(state_directory)), journal_path_(std::move(journal_path)) {}

CleanupWatchdog::CleanupWatchdog(CleanupWatchdog&& other) noexcept
    : state_directory_(std::move(other.state_directory_)),
      journal_path_(std::move(other.journal_path_)),
      journal_file_(std::exchange(other.journal_file_, -1)),
      pipe_write_end_(std::exchange(other.pipe_write_end_, -1)),
      watchdog_(std::exchange(other.watchdog_, -1)) {}

CleanupWatchdog::~CleanupWatchdog() {
  (void)finish().ok();
}

Result<CleanupWatchdog> CleanupWatchdog::start() {
  HF_TRY_ASSIGN(std::string state, make_state_directory());
  clean_up_left_overs(state);
  CleanupWatchdog watchdog(state, state + "/" + unique_name("journal"));
  HF_TRY(watchdog.fork_watchdog());  // first, so that not even an empty journal can stay behind
  HF_TRY(watchdog.open_journal());
  return watchdog;
}

Result<> CleanupWatchdog::fork_watchdog() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  watchdog_ = fork();
  if (watchdog_ == 0) {
    close(ends[1]);
    watch(ends[0], journal_path_, state_directory_);
  }
  const int fork_errno = errno;
  close(ends[0]);
  pipe_write_end_ = ends[1];
  if (watchdog_ < 0) return system_error("cannot fork a watchdog", fork_errno);
  return Done{};
}

Result<> CleanupWatchdog::open_journal() {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
  for (int attempt = 0; attempt < 100; ++attempt) {
    journal_file_ = open(journal_path_.c_str(), kFlags, 0600);
    if (journal_file_ >= 0 || errno != ENOENT) break;
    HF_TRY(make_state_directory());  // another run, the last one to leave, has just removed it
  }
  if (journal_file_ < 0) return system_error("cannot create " + journal_path_, errno);
  if (flock(journal_file_, LOCK_EX) != 0)
    return system_error("cannot lock " + journal_path_, errno);
  // A start of another run may have seen the file before it was locked, and taken it for a
  // left-over.
  if (access(journal_path_.c_str(), F_OK) != 0) return open_journal();
  return Done{};
}

Result<> CleanupWatchdog::promise_undo(const Undo& undo) {
  const std::string line = to_line(undo);
  const ssize_t written = write(journal_file_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) {
    return system_error("cannot write " + journal_path_, written < 0 ? errno : ENOSPC);
  }
  return Done{};
}

Result<> CleanupWatchdog::finish() {
  if (watchdog_ < 0) return Done{};
  if (journal_file_ >= 0) close(std::exchange(journal_file_, -1));
  close(std::exchange(pipe_write_end_, -1));
  int status = 0;
  while (waitpid(watchdog_, &status, 0) < 0 && errno == EINTR) {
  }
  watchdog_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  if (WIFSIGNALED(status) && clean_up(journal_path_)) {  // somebody killed it: done here instead
    rmdir(state_directory_.c_str());
    return Done{};
  }
  return Error{ErrorKind::kSystem, 0,
               "could not take everything away; the next start tries again: " + journal_path_};
}

}  // namespace holdfast::act
