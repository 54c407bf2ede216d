// SPDX-License-Identifier: MIT
// SIGUSR1 asks a program that runs long how it is doing, as it asks dd.
#pragma once

namespace holdfast::cmd {

/// From now on SIGUSR1 asks instead of killing; it ends wait_for_stop() early.
void listen_for_status();

/// True once after each time that it was asked. Any thread.
bool status_requested();

}  // namespace holdfast::cmd
