// SPDX-License-Identifier: MIT
// The memory that `holdfast run` shares with the processes of a program. It has no name in any
// folder: the processes reach it through /proc while this process lives, and nothing stays behind.
#pragma once

#include <string>

#include "base/result.h"
#include "rt/program_channel.h"

namespace holdfast::act {

/// Owns the memory. Movable.
class ProgramChannelsMemory {
 public:
  /// All channels free. Errors: kSystem.
  static Result<ProgramChannelsMemory> make();
  ProgramChannelsMemory(ProgramChannelsMemory&& other) noexcept;
  ProgramChannelsMemory& operator=(ProgramChannelsMemory&&) = delete;
  ~ProgramChannelsMemory();

  /// Whatever is in it was written by the program, and is not to be trusted.
  [[nodiscard]] ProgramChannels& channels() { return *channels_; }
  /// Where other processes of this user open it, as long as this one lives.
  [[nodiscard]] std::string path() const;

 private:
  ProgramChannelsMemory(int file, ProgramChannels* channels) : file_(file), channels_(channels) {}

  int file_;
  ProgramChannels* channels_;
};

/// Wakes the thread that carries out the orders of this channel.
void ring(ProgramChannel& channel);

}  // namespace holdfast::act
