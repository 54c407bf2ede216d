// SPDX-License-Identifier: MIT
#include "cmd/exit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

namespace holdfast::cmd {
namespace {

std::atomic<bool> g_stop{false};

void on_stop_signal(int signal_number) {
  if (!g_stop.exchange(true)) return;
  signal(signal_number, SIG_DFL);  // the second one is meant
  raise(signal_number);
}

[[noreturn]] void end_without_memory() {
  constexpr std::string_view kText = "holdfast: not enough memory; see ulimit -v\n";
  static_cast<void>(!write(STDERR_FILENO, kText.data(), kText.size()));
  _exit(kUnavailable);
}

}  // namespace

int fail(const char* program, const Error& error) {
  std::string what = error.what;
  // It may quote what the user typed: no line breaks, nothing that a terminal would obey.
  for (char& c : what) c = static_cast<unsigned char>(c) < ' ' || c == 127 ? '?' : c;
  std::fprintf(stderr, "%s: %s\n", program, what.c_str());
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kSystem ? kUnavailable
                                                                                   : kUsage;
}

void begin_program() {
  // Not writable on purpose: what is written to a closed stdout fails, and is told.
  while (true) {
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) break;
    if (descriptor > STDERR_FILENO) {
      close(descriptor);
      break;
    }
  }
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    sigaction(signal_number, &action, nullptr);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  std::set_new_handler(end_without_memory);
}

int write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

int print_and_end(const char* program, std::string_view text) {
  const int write_errno = write_stdout(text);
  if (write_errno == 0) return kHolds;
  return fail(program, {ErrorKind::kUnavailable, write_errno,
                        std::string("cannot write to stdout: ") + std::strerror(write_errno)});
}

bool stop_requested() {
  return g_stop.load();
}
void request_stop() {
  g_stop.store(true);
}

void wait_for_stop(int milliseconds) {
  if (stop_requested()) return;
  // Asks for no event, so it sleeps; a signal ends it early, and so does a reader who leaves.
  pollfd output = {STDOUT_FILENO, 0, 0};
  if (poll(&output, 1, milliseconds) == 1 && (output.revents & POLLERR) != 0) request_stop();
}

}  // namespace holdfast::cmd
