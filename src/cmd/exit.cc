// SPDX-License-Identifier: MIT
#include "cmd/exit.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace holdfast::cmd {
namespace {

std::atomic<bool> g_stop{false};

void on_stop_signal(int signal_number) {
  if (!g_stop.exchange(true)) return;
  signal(signal_number, SIG_DFL);  // the second one is meant
  raise(signal_number);
}

}  // namespace

int fail(const char* program, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", program, error.what.c_str());
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kSystem ? kUnavailable
                                                                                   : kUsage;
}

void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() {
  return g_stop.load();
}
void request_stop() {
  g_stop.store(true);
}

void wait_for_stop(int milliseconds) {
  // poll() without descriptors sleeps, and a signal ends it early.
  if (!stop_requested()) poll(nullptr, 0, milliseconds);
}

}  // namespace holdfast::cmd
