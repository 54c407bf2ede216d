// SPDX-License-Identifier: MIT
// Looking at a sound system loads its libraries and may wait for its server, so a child does it.
// The answer comes through a pipe: one word, then lines; what the libraries complain of is not
// shown.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "cmd/device_module.h"
#include "probe/clock_linux.h"
#include "probe/file_descriptor.h"

namespace holdfast::cmd {
namespace {

constexpr Nanos kPatience = kSecond * 3;

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text + "\n";
}

std::string answer_of(const SoundSystem& system) {
  const Result<const audio::Module*> module = load_module(system);
  if (!module) return "no\n" + one_line(module.error().what);
  const Result<audio::Offer> offer = (*module)->look();
  if (!offer) return "no\n" + one_line(offer.error().what);
  std::string text = offer->can_be_default ? "default\n" : "yes\n";
  text += one_line(offer->description);
  for (const std::string& source : offer->sources) text += one_line(source);
  return text;
}

[[noreturn]] void serve(const SoundSystem& system, int answers, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, number);
  const std::string answer = answer_of(system);
  for (size_t at = 0; at < answer.size();) {
    const ssize_t written = write(answers, answer.data() + at, answer.size() - at);
    if (written <= 0) break;
    at += static_cast<size_t>(written);
  }
  _exit(0);  // whatever threads and exit handlers the libraries have
}

/// Everything that comes until the other end is closed, or the time is over.
std::string read_all(int answers) {
  const Nanos deadline = probe::monotonic_now() + kPatience;
  std::string text;
  char buffer[4096];
  while (true) {
    const Nanos left = deadline - probe::monotonic_now();
    if (left <= Nanos(0)) return {};
    pollfd wait = {answers, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(left.count / kMillisecond.count) + 1) <= 0) continue;
    const ssize_t got = read(answers, buffer, sizeof buffer);
    if (got <= 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
}

std::string take_line(std::string_view& text) {
  std::string line(text.substr(0, text.find('\n')));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

Result<audio::Offer> parse_answer(const SoundSystem& system, std::string_view text) {
  const std::string word = take_line(text);
  const std::string line = take_line(text);
  if (word == "no") return unavailable(line);
  if (word != "yes" && word != "default") {
    return unavailable(
        std::string(system.name) +
        " did not answer within 3 s, or its library crashed; is its server stopped?");
  }
  audio::Offer offer{line, {}, word == "default"};
  while (!text.empty()) offer.sources.push_back(take_line(text));
  return offer;
}

}  // namespace

Result<audio::Offer> look_at(const SoundSystem& system) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  const probe::FileDescriptor answers(ends[0]);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) serve(system, ends[1], parent);
  close(ends[1]);
  if (child < 0) return system_error("cannot look at " + std::string(system.name), errno);
  const std::string text = read_all(answers.number());
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return parse_answer(system, text);
}

}  // namespace holdfast::cmd
