// SPDX-License-Identifier: MIT
#include "preload/own_channel_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::preload {
namespace {

// Set before main() begins, by one thread; after a fork there is one thread, too.
ProgramChannelsHead* g_head = nullptr;
const char* g_path = nullptr;
std::atomic<ProgramChannel*> g_own{nullptr};

void* map_part(size_t offset_bytes, size_t size_bytes) {
  const int file = open(g_path, O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat status = {};
  void* memory = MAP_FAILED;
  if (fstat(file, &status) == 0 && static_cast<size_t>(status.st_size) == sizeof(ProgramChannels)) {
    memory = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                  static_cast<off_t>(offset_bytes));
  }
  close(file);
  return memory == MAP_FAILED ? nullptr : memory;
}

ProgramChannelsHead* map_head() {
  auto* const head = static_cast<ProgramChannelsHead*>(map_part(0, sizeof(ProgramChannelsHead)));
  if (head == nullptr || head->magic == ProgramChannelsHead::kMagic) return head;
  munmap(head, sizeof(ProgramChannelsHead));
  return nullptr;
}

/// What was meant for the program that ran in this process before is for nobody.
void begin_anew(ProgramChannel& channel) {
  MemoryOrder order = {};
  while (channel.orders.pop(order)) {
  }
  channel.server = 0;
  prctl(PR_GET_NAME, channel.name);
  channel.execs.fetch_add(1);
}

/// The number of our channel, kMost when all are taken.
size_t claim() {
  const int32_t pid = getpid();
  for (size_t i = 0; i < ProgramChannelsHead::kMost; ++i) {
    if (g_head->pids[i].load() == pid) return i;
  }
  for (size_t i = 0; i < ProgramChannelsHead::kMost; ++i) {
    int32_t nobody = 0;
    if (g_head->pids[i].compare_exchange_strong(nobody, pid)) return i;
  }
  return ProgramChannelsHead::kMost;
}

/// The parent's place is the parent's. Ours is claimed when there is something to say.
void forget_parent() {
  g_own.store(nullptr);
}

__attribute__((constructor)) void find_channels() {
  g_path = secure_getenv(kChannelsVariable);
  if (g_path == nullptr) return;
  const int program_errno = errno;
  g_path = strdup(g_path);  // the program may change its environment
  if (g_path != nullptr) g_head = map_head();
  if (g_head != nullptr) {
    pthread_atfork(nullptr, nullptr, forget_parent);
    own_channel();
  }
  errno = program_errno;
}

}  // namespace

const ProgramChannelsHead* channels_head() {
  return g_head;
}

ProgramChannel* own_channel() {
  ProgramChannel* own = g_own.load();
  if (own != nullptr || g_head == nullptr) return own;
  const size_t number = claim();
  if (number == ProgramChannelsHead::kMost) return nullptr;
  const size_t offset = offsetof(ProgramChannels, channels) + number * sizeof(ProgramChannel);
  auto* const mapped = static_cast<ProgramChannel*>(map_part(offset, sizeof(ProgramChannel)));
  if (mapped == nullptr) return nullptr;
  if (g_own.compare_exchange_strong(own, mapped)) {
    begin_anew(*mapped);
    return mapped;
  }
  munmap(mapped, sizeof(ProgramChannel));  // another thread was faster
  return own;
}

}  // namespace holdfast::preload
