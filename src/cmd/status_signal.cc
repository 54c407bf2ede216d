// SPDX-License-Identifier: MIT
#include "cmd/status_signal.h"

#include <signal.h>

#include <atomic>

namespace holdfast::cmd {
namespace {

std::atomic<bool> g_status_requested{false};

void on_status_signal(int) {
  g_status_requested.store(true);
}

}  // namespace

void listen_for_status() {
  struct sigaction action = {};
  action.sa_handler = on_status_signal;
  action.sa_flags = SA_RESTART;  // it is no reason for a write to fail
  sigaction(SIGUSR1, &action, nullptr);
}

bool status_requested() {
  return g_status_requested.exchange(false);
}

}  // namespace holdfast::cmd
