// SPDX-License-Identifier: MIT
// A question is one line, "file OFFSET BUILD_ID PATH", or "bss ..." for memory behind the file. The
// answer is one line: "SECTION SYMBOL", each "-" when not known, or "! WHY".
#include "session/symbolizer.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/address_lines.h"
#include "core/kernel_text.h"
#include "probe/clock_linux.h"

namespace holdfast::session {
namespace {

constexpr size_t kLongestAnswer = 4096;
constexpr const char* kNothingKnown = "- -";

std::string question_about(const PageOwner& owner, const std::string& root) {
  char offset[17];
  std::snprintf(offset, sizeof offset, "%llx", static_cast<unsigned long long>(owner.file_offset));
  const char* const kind = owner.is_file_backed ? "file " : "bss ";
  const std::string build_id = owner.build_id.empty() ? "-" : owner.build_id;
  return kind + std::string(offset) + " " + build_id + " " + root + owner.path + "\n";
}

/// "-" and an answer without a second word are as good as nothing.
std::string line_from(uint64_t address, std::string_view answer) {
  TextReader reader(answer);
  const auto known = [](std::string_view word) { return word == "-" ? "" : word; };
  const std::string_view section = known(reader.take_field());
  return symbol_line(address, section, known(reader.take_rest()));
}

/// Without what loads code into the child that it does not need, or makes it ask the network.
std::vector<char*> environment_of_child() {
  constexpr std::string_view kUnwanted[] = {
      "LD_PRELOAD=", "LD_AUDIT=", "LD_BIND_NOW=", "DEBUGINFOD_URLS="};
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const auto is_start_of = [&](std::string_view name) {
      return std::string_view(*entry).starts_with(name);
    };
    if (std::none_of(std::begin(kUnwanted), std::end(kUnwanted), is_start_of)) {
      kept.push_back(*entry);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

/// What of the parent the child does not inherit: real-time priority, blocked and ignored signals,
/// and Ctrl-C, which is the parent's to handle. (Memory locks end with exec by themselves.)
class SpawnAttributes {
 public:
  SpawnAttributes() {
    constexpr int kFlags = POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETPGROUP |
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    const sched_param no_priority = {};
    sigset_t signals;
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, kFlags);
    posix_spawnattr_setschedpolicy(&attributes_, SCHED_OTHER);
    posix_spawnattr_setschedparam(&attributes_, &no_priority);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// One end of the channel becomes the child's input and output; what it complains of is not shown.
class SpawnFiles {
 public:
  explicit SpawnFiles(int channel) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, channel, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, channel, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// posix_spawn, not fork: a fork would make every page of this process fault at its next write,
/// locked or not.
Result<pid_t> spawn(const std::vector<std::string>& command, int channel) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const SpawnFiles files(channel);
  const SpawnAttributes attributes;
  pid_t child = 0;
  const int spawn_errno = posix_spawn(&child, arguments[0], files.get(), attributes.get(),
                                      arguments.data(), environment_of_child().data());
  if (spawn_errno != 0) return system_error("cannot start " + command.front(), spawn_errno);
  return child;
}

/// Killed, a process ends at once unless it waits for a disk or server that is gone; that one is
/// left alone rather than waited for.
void kill_and_reap(pid_t child) {
  constexpr int kTries = 100;
  constexpr useconds_t kPauseMicroseconds = 1000;
  kill(child, SIGKILL);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (waitpid(child, nullptr, WNOHANG) != 0) return;
    usleep(kPauseMicroseconds);
  }
}

}  // namespace

Symbolizer::Symbolizer() : Symbolizer(Options()) {}

std::optional<std::string> Symbolizer::symbol_line(const PageOwner& owner, uint64_t address) {
  if (!owner.is_in_code_file()) return std::nullopt;
  Result<std::string> answer = ask(question_about(owner, options_.root));
  if (!answer) {
    ++failures_;
    end_child();
    miss({"symbols: " + answer.error().what, "see the address with a debugger"});
    return holdfast::symbol_line(address, "", "");
  }
  if (answer->starts_with("! ")) {
    miss({"symbols: " + answer->substr(2),
          "start the program again when its files have changed; link it with -Wl,--build-id"});
    *answer = kNothingKnown;
  }
  return line_from(address, *answer);
}

Result<std::string> Symbolizer::ask(const std::string& question) {
  if (child_ == 0) HF_TRY(start_child());
  // The channel is empty, since every question was answered: this does not wait.
  const ssize_t sent =
      send(channel_.number(), question.data(), question.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(question.size())) {
    return Error{ErrorKind::kUnavailable, errno, "the process that looks them up has died"};
  }
  return read_answer();
}

Result<> Symbolizer::start_child() {
  if (starts_left_ == 0) {
    return unavailable("the process that looks them up failed too often");
  }
  --starts_left_;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return system_error("cannot make a socket pair", errno);
  }
  const probe::FileDescriptor theirs(ends[1]);
  channel_ = probe::FileDescriptor(ends[0]);
  HF_TRY_ASSIGN(child_, spawn(options_.command, theirs.number()));
  return Done{};
}

/// One that hangs is not started again: its answers would cost the caller two seconds each.
Result<std::string> Symbolizer::read_answer() {
  const Nanos deadline = probe::monotonic_now() + options_.patience;
  std::string answer;
  while (!answer.ends_with('\n')) {
    const Nanos left = std::max(deadline - probe::monotonic_now(), Nanos(0));
    pollfd channel = {channel_.number(), POLLIN, 0};
    const int ready = poll(&channel, 1, static_cast<int>(left.count / kMillisecond.count));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      starts_left_ = 0;
      return unavailable("the process that looks them up does not answer");
    }
    char piece[1024];
    const ssize_t size = read(channel_.number(), piece, sizeof piece);
    if (size <= 0 || answer.size() > kLongestAnswer) {
      return unavailable("the process that looks them up has died");
    }
    answer.append(piece, static_cast<size_t>(size));
  }
  answer.pop_back();
  return answer;
}

void Symbolizer::end_child() {
  channel_ = probe::FileDescriptor();
  if (child_ > 0) kill_and_reap(std::exchange(child_, 0));
}

void Symbolizer::miss(Unavailable missing) {
  constexpr size_t kMostReasons = 8;
  if (told_.size() >= kMostReasons || !told_.insert(missing.why).second) return;
  missing_.push_back(std::move(missing));
}

std::string answer_symbol_question(std::string_view question, probe::ElfSymbols& symbols) {
  TextReader reader(question);
  probe::FilePlace place;
  const std::string_view kind = reader.take_field();
  const auto offset = parse_number<uint64_t>(reader.take_field(), 16);
  if ((kind != "file" && kind != "bss") || !offset) return "! not a question";
  place.is_bss = kind == "bss";
  place.file_offset = *offset;
  place.build_id = reader.take_field();
  if (place.build_id == "-") place.build_id.clear();
  place.path = reader.take_rest();
  const Result<probe::SymbolAnswer> found = symbols.find(place);
  if (!found) return "! " + found.error().what;
  const auto or_dash = [](const std::string& word) { return word.empty() ? "-" : word; };
  return or_dash(found->section) + " " + or_dash(found->symbol);
}

}  // namespace holdfast::session
