// SPDX-License-Identifier: MIT
// A libjack without a server: see jack_stub.cc.
#pragma once

namespace holdfast::bench {

/// Runs the process callback so many times, the counter going up by 64 frames each.
void run_jack_cycles(long cycles);

}  // namespace holdfast::bench
