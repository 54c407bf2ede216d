// SPDX-License-Identifier: MIT
#include "probe/observe_trials_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <semaphore>
#include <set>
#include <vector>

#include "core/pagemap.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"
#include "probe/setup_file.h"
#include "probe/thread_events_linux.h"

namespace holdfast::probe {
namespace {

constexpr size_t kPages = 8;

struct CloseTrialFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

/// Fresh pages, none of them touched; given back at the end.
class FreshPages {
 public:
  FreshPages() {
    void* const memory = mmap(nullptr, kPages * page_bytes(), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    memory_ = static_cast<char*>(memory);
    // Kernels that make larger pages of their own accord would take one fault for all.
    madvise(memory_, kPages * page_bytes(), MADV_NOHUGEPAGE);
  }
  FreshPages(const FreshPages&) = delete;
  FreshPages& operator=(const FreshPages&) = delete;
  ~FreshPages() {
    if (memory_ != nullptr) munmap(memory_, kPages * page_bytes());
  }

  [[nodiscard]] bool is_there() const { return memory_ != nullptr; }
  void touch(size_t page) { *static_cast<volatile char*>(memory_ + page * page_bytes()) = 1; }
  [[nodiscard]] uintptr_t begin() const { return reinterpret_cast<uintptr_t>(memory_); }
  [[nodiscard]] bool has(uint64_t address) const {
    return address >= begin() && address < begin() + kPages * page_bytes();
  }

 private:
  char* memory_ = nullptr;
};

/// A thread that touches the pages when it is told to, and stays until it is told to go. A bare
/// pthread: std::thread throws where no thread may be started.
class Toucher {
 public:
  explicit Toucher(FreshPages& pages) : pages_(pages) {
    is_running_ = pthread_create(&thread_, nullptr, &Toucher::run, this) == 0;
    if (is_running_) ready_.acquire();
  }
  Toucher(const Toucher&) = delete;
  Toucher& operator=(const Toucher&) = delete;
  ~Toucher() {
    if (!is_running_) return;
    go_.release(2);
    pthread_join(thread_, nullptr);
  }

  [[nodiscard]] bool is_running() const { return is_running_; }
  [[nodiscard]] int id() const { return id_; }
  void touch_all() {
    go_.release();
    done_.acquire();
  }

 private:
  static void* run(void* argument) {
    auto& self = *static_cast<Toucher*>(argument);
    self.id_ = gettid();
    self.ready_.release();
    self.go_.acquire();
    for (size_t page = 0; page < kPages; ++page) self.pages_.touch(page);
    self.done_.release();
    self.go_.acquire();
    return nullptr;
  }

  FreshPages& pages_;
  pthread_t thread_ = {};
  bool is_running_ = false;
  int id_ = 0;
  std::counting_semaphore<> ready_{0};
  std::counting_semaphore<> go_{0};
  std::counting_semaphore<> done_{0};
};

Observation level_of(const ThreadEvents& events) {
  return events.access() == EventAccess::kUserAndKernel ? Observation::kAllEvents
                                                        : Observation::kUserEvents;
}

int seen_pages(const FreshPages& pages, const std::vector<Record>& records) {
  std::set<uint64_t> seen;
  for (const Record& record : records) {
    if (record.head.kind != RecordKind::kFault) continue;
    const uint64_t address = record_cast<FaultRecord>(record).address;
    if (pages.has(address)) seen.insert(address / page_bytes());
  }
  return static_cast<int>(seen.size());
}

void try_faults(ObserveTrials& trials) {
  FreshPages pages;
  if (!pages.is_there()) {
    trials.refusal = "no memory for it";
    return;
  }
  Toucher toucher(pages);
  if (!toucher.is_running()) {
    trials.refusal = "no thread may be started";
    return;
  }
  auto events = ThreadEvents::open(toucher.id(), {});
  toucher.touch_all();
  trials.touched_pages = kPages;
  if (!events) {
    trials.level = Observation::kPolls;
    trials.refusal = events.error().what;
    return;
  }
  std::vector<Record> records;
  events->drain(records);
  trials.level = level_of(*events);
  trials.seen_faults = seen_pages(pages, records);
}

/// 0, or why the two pages could not be told apart.
int tell_residency() {
  FreshPages pages;
  if (!pages.is_there()) return ENOMEM;
  pages.touch(0);
  std::vector<unsigned char> core;
  if (!read_own_core(pages.begin(), 2 * page_bytes(), core)) return errno;
  const FileDescriptor pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (pagemap.number() < 0) return errno;
  uint64_t entries[2] = {};
  const auto offset = static_cast<off_t>(pages.begin() / page_bytes() * sizeof(uint64_t));
  const ssize_t count = pread(pagemap.number(), entries, sizeof entries, offset);
  if (count < 0) return errno;
  const bool is_told = count == sizeof entries && decode_pagemap(entries[0]).is_present &&
                       !decode_pagemap(entries[1]).is_present;
  const bool is_core_told = (core[0] & 1) != 0 && (core[1] & 1) == 0;
  return is_told && is_core_told ? 0 : EIO;
}

/// The first process of another user, in the order of /proc; 0: there is none.
int process_of_another_user() {
  const std::unique_ptr<DIR, CloseTrialFolder> folder(opendir("/proc"));
  if (folder == nullptr) return 0;
  while (const dirent* const entry = readdir(folder.get())) {
    const auto pid = parse_number<int>(entry->d_name);
    if (!pid) continue;
    const auto status = read_process_status(*pid);
    if (status && status->real_uid != getuid()) return *pid;
  }
  return 0;
}

Trial try_others() {
  const int pid = process_of_another_user();
  if (pid == 0) return {};
  const FileDescriptor pagemap(
      open(proc_path("/proc", pid, "pagemap").c_str(), O_RDONLY | O_CLOEXEC));
  if (pagemap.number() < 0) return {errno != ENOENT, errno, 0, 0};
  uint64_t entry = 0;
  return {true, pread(pagemap.number(), &entry, sizeof entry, 0) < 0 ? errno : 0, 0, 0};
}

}  // namespace

ObserveTrials try_to_observe() {
  ObserveTrials trials;
  trials.is_privileged = geteuid() == 0;
  trials.paranoid = setup_number<int>("/proc/sys/kernel/perf_event_paranoid");
  try_faults(trials);
  trials.residency = {true, tell_residency(), 0, 0};
  trials.others = try_others();
  return trials;
}

}  // namespace holdfast::probe
