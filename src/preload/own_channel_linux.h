// SPDX-License-Identifier: MIT
// This process's place in the memory that `holdfast run` shares with it.
#pragma once

#include "rt/program_channel.h"

namespace holdfast::preload {

/// What is the same for all processes; nullptr where nobody runs us.
const ProgramChannelsHead* channels_head();

/// Our own place in it, claimed at the first call and again after a fork; nullptr without one.
/// Any thread.
ProgramChannel* own_channel();

}  // namespace holdfast::preload
