// SPDX-License-Identifier: MIT
#include "cmd/glitch_command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace holdfast::cmd {
namespace {

constexpr int kEndTries = 100;
constexpr std::chrono::milliseconds kEndStep{20};

/// What we ignore or catch is not the command's affair; its output must not mix with our JSON.
class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions = {};
  posix_spawnattr_t attributes = {};
};

}  // namespace

std::vector<std::string> GlitchCommand::environment() const {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; variable++) all.emplace_back(*variable);
  const Gap& gap = waiting_->gap;
  all.push_back("HOLDFAST_INDEX=" + std::to_string(waiting_->index));
  all.push_back("HOLDFAST_POSITION_FRAMES=" + std::to_string(gap.position.count));
  all.push_back("HOLDFAST_MISSING_FRAMES=" + std::to_string(gap.missing.count));
  all.push_back("HOLDFAST_CAUSE=" + std::string(name_of(waiting_->cause)));
  all.push_back("HOLDFAST_TEXT=" + text_);
  all.push_back("HOLDFAST_FILE=" + file_);
  all.push_back("HOLDFAST_MORE=" + std::to_string(more_));
  return all;
}

void GlitchCommand::start() {
  std::vector<std::string> variables = environment();
  std::vector<char*> pointers;
  pointers.reserve(variables.size() + 1);
  for (std::string& variable : variables) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string command = command_;
  char* arguments[] = {shell.data(), option.data(), command.data(), nullptr};
  const SpawnSettings settings;
  if (posix_spawn(&pid_, "/bin/sh", &settings.actions, &settings.attributes, arguments,
                  pointers.data()) != 0) {
    pid_ = 0;
    failures_++;
  }
  waiting_.reset();
  more_ = 0;
}

void GlitchCommand::tell(const Glitch& glitch, const std::string& text) {
  if (command_.empty()) return;
  if (waiting_) more_++;
  waiting_ = glitch;
  text_ = text;
  poll();
}

void GlitchCommand::poll() {
  if (pid_ != 0) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) return;
    pid_ = 0;
    if (status != 0) failures_++;
  }
  if (waiting_) start();
}

void GlitchCommand::finish() {
  for (int i = 0; i < kEndTries && (pid_ != 0 || waiting_); i++) {
    poll();
    if (pid_ != 0) std::this_thread::sleep_for(kEndStep);
  }
  if (pid_ == 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, WNOHANG);
  failures_++;
}

}  // namespace holdfast::cmd
