// SPDX-License-Identifier: MIT
#include "probe/sound_setup_linux.h"

#include "core/proc_smaps.h"
#include "probe/process_linux.h"
#include "probe/setup_file.h"

namespace holdfast::probe {
namespace {

/// As much of the stack around the stack pointer as one page shows.
constexpr size_t kStackPageBytes = 4096;

std::optional<bool> is_stack_locked(int pid, int thread, const std::string& root) {
  const auto blocked = read_blocked_at(pid, thread, root);
  if (!blocked) return std::nullopt;
  const auto locked = read_locked_mappings(pid, root);
  if (!locked) return std::nullopt;
  const uintptr_t page = blocked->stack_pointer & ~(kStackPageBytes - 1);
  return locked_bytes_of({page, kStackPageBytes, "stack"}, *locked) == kStackPageBytes;
}

std::optional<SoundServer> look_at(int pid, std::string name, const std::string& root) {
  const auto status = read_process_status(pid, root);
  const auto threads = read_threads(pid, root);
  if (!status || !threads) return std::nullopt;
  SoundServer server;
  server.name = std::move(name);
  server.locked_bytes = status->locked_bytes.value_or(0);
  int first_realtime = 0;
  for (const TaskStat& thread : *threads) {
    if (!thread.is_realtime()) continue;
    if (server.realtime_threads++ == 0) first_realtime = thread.id;
  }
  if (first_realtime == 0) return server;
  if (server.locked_bytes == 0) {
    server.is_stack_locked = false;
  } else {
    server.is_stack_locked = is_stack_locked(pid, first_realtime, root);
  }
  return server;
}

}  // namespace

AudioSetup read_sound_setup(const std::string& root) {
  AudioSetup setup;
  if (const auto cards = setup_text(root + "/asound/cards")) {
    setup.cards = count_sound_cards(*cards);
  }
  const Result<std::vector<int>> ids = read_process_ids(root);
  if (!ids) return setup;
  for (const int pid : *ids) {
    const auto name = setup_text(proc_path(root, pid, "comm"));
    if (!name) continue;
    setup.seen_processes++;
    const std::string_view word = TextReader(*name).take_line();
    if (!is_sound_server(word)) continue;
    if (auto server = look_at(pid, std::string(word), root)) {
      setup.servers.push_back(std::move(*server));
    }
  }
  return setup;
}

}  // namespace holdfast::probe
