// SPDX-License-Identifier: MIT
#include "act/program_channels.h"

#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

namespace holdfast::act {

Result<ProgramChannelsMemory> ProgramChannelsMemory::make() {
  const int file = memfd_create("holdfast-run", MFD_CLOEXEC);
  if (file < 0) return system_error("cannot make shared memory", errno);
  void* memory = MAP_FAILED;
  if (ftruncate(file, sizeof(ProgramChannels)) == 0) {
    memory = mmap(nullptr, sizeof(ProgramChannels), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  if (memory == MAP_FAILED) {
    const int reason = errno;
    close(file);
    return system_error("cannot make shared memory", reason);
  }
  auto* const channels = static_cast<ProgramChannels*>(memory);
  channels->head.magic = ProgramChannelsHead::kMagic;
  return ProgramChannelsMemory(file, channels);
}

ProgramChannelsMemory::ProgramChannelsMemory(ProgramChannelsMemory&& other) noexcept
    : file_(std::exchange(other.file_, -1)), channels_(std::exchange(other.channels_, nullptr)) {}

ProgramChannelsMemory::~ProgramChannelsMemory() {
  if (channels_ != nullptr) munmap(channels_, sizeof(ProgramChannels));
  if (file_ >= 0) close(file_);
}

std::string ProgramChannelsMemory::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_);
}

void ring(ProgramChannel& channel) {
  channel.bell.fetch_add(1);
  syscall(SYS_futex, &channel.bell, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace holdfast::act
