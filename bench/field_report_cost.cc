// SPDX-License-Identifier: MIT
// What a field report costs the program that makes it: an audio thread with a timer, with or
// without hf_report_block() in its callback. One line of JSON; bench/field_report_cost.py compares.
//
// usage: field_report_cost with|without BLOCK_FRAMES SECONDS
#include <holdfast/holdfast.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kRateHz = 48000;
constexpr int kWarmUp = 100;  // blocks that are not looked at

int64_t clock_ns(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

int64_t process_cpu_ns() {
  return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/// "RssAnon", "RssFile": KiB.
long resident_kib(const char* kind) {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  char line[256];
  long kib = -1;
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, kind, std::strlen(kind)) == 0)
      kib = std::atol(std::strchr(line, ':') + 1);
  }
  if (file != nullptr) std::fclose(file);
  return kib;
}

struct Audio {
  hf_report* report = nullptr;  ///< NULL: without.
  int64_t frames = 0;
  int64_t blocks = 0;
  std::vector<int64_t> lateness_ns;
  int64_t cpu_ns = 0;
  long faults = 0;
  bool is_realtime = false;
};

void protect(Audio& audio) {
  const hf_range ranges[] = {
      hf_report_memory(audio.report),
      {audio.lateness_ns.data(), audio.lateness_ns.size() * sizeof(int64_t)}};
  hf_protect_options options = hf_protect_defaults();
  options.ranges = ranges;
  options.range_count = 2;
  options.what |= HF_PROTECT_RAISE_LIMIT;
  hf_protect_report protection = {};
  protection.struct_size = sizeof protection;
  hf_protect_current_thread(&options, &protection);
  if (audio.report != nullptr) hf_report_watch_current_thread(audio.report, &protection);
}

void* run(void* given) {
  auto& audio = *static_cast<Audio*>(given);
  const sched_param parameter = {60};
  audio.is_realtime = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) == 0;
  protect(audio);
  rusage before = {};
  rusage after = {};
  int64_t cpu_before = 0;
  const int64_t begin = clock_ns(CLOCK_MONOTONIC);
  for (int64_t i = 0; i < audio.blocks + kWarmUp; ++i) {
    const int64_t due = begin + (i + 1) * audio.frames * kSecondNs / kRateHz;
    const timespec at = {due / kSecondNs, due % kSecondNs};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
    const int64_t woke = clock_ns(CLOCK_MONOTONIC);
    if (i == kWarmUp) {
      getrusage(RUSAGE_THREAD, &before);
      cpu_before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    }
    if (i >= kWarmUp) audio.lateness_ns[static_cast<size_t>(i - kWarmUp)] = woke - due;
    if (audio.report == nullptr) continue;
    hf_block block = {};
    block.struct_size = sizeof block;
    block.position = i * audio.frames;
    block.frames = audio.frames;
    block.due_ns = due;
    block.woke_ns = woke;
    hf_report_block(audio.report, &block);
  }
  audio.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
  getrusage(RUSAGE_THREAD, &after);
  audio.faults = after.ru_majflt + after.ru_minflt - before.ru_majflt - before.ru_minflt;
  hf_unprotect_current_thread();
  return nullptr;
}

hf_report* make_report(int64_t frames) {
  const hf_report_program program = {sizeof program, "cost", "1", nullptr, "/nonexistent"};
  hf_report_session session = {};
  session.struct_size = sizeof session;
  session.rate_hz = kRateHz;
  session.block_frames = static_cast<uint32_t>(frames);
  session.flags = HF_REPORT_PREVIEW;
  hf_report* report = nullptr;
  if (hf_report_create(&program, &session, &report) != HF_OK) std::puts(hf_error_text());
  return report;
}

int64_t quantile(std::vector<int64_t>& values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  Audio audio;
  audio.frames = std::atoll(words[2]);
  audio.blocks = std::atoll(words[3]) * kRateHz / audio.frames;
  audio.lateness_ns.resize(static_cast<size_t>(audio.blocks));
  const bool has_report = std::string(words[1]) == "with";
  const long anonymous = resident_kib("RssAnon");
  const int64_t cpu = process_cpu_ns();
  const int64_t begin = clock_ns(CLOCK_MONOTONIC);
  if (has_report && (audio.report = make_report(audio.frames)) == nullptr) return 1;
  pthread_t thread = {};
  if (pthread_create(&thread, nullptr, run, &audio) != 0) return 1;
  pthread_join(thread, nullptr);
  const long anonymous_now = resident_kib("RssAnon");
  hf_report_counts counts = {};
  counts.struct_size = sizeof counts;
  if (has_report) {
    if (hf_report_finish(audio.report, HF_END_CLEAN) != HF_OK) return std::puts(hf_error_text()), 1;
    hf_report_read_counts(audio.report, &counts);
    hf_report_destroy(audio.report);
  }
  const int64_t elapsed = clock_ns(CLOCK_MONOTONIC) - begin;
  const double others = static_cast<double>(process_cpu_ns() - cpu - audio.cpu_ns);
  std::printf(
      "{\"is_realtime\":%s,\"blocks\":%lld,\"faults\":%ld,\"block_cpu_ns\":%.1f,\"p50_ns\":%lld,"
      "\"p999_ns\":%lld,\"others_percent\":%.4f,\"thread_percent\":%.4f,\"anonymous_kib\":%ld,"
      "\"furthest_reading_ms\":%.1f,\"not_kept_blocks\":%lld}\n",
      audio.is_realtime ? "true" : "false", static_cast<long long>(audio.blocks), audio.faults,
      static_cast<double>(audio.cpu_ns) / static_cast<double>(audio.blocks),
      static_cast<long long>(quantile(audio.lateness_ns, 0.5)),
      static_cast<long long>(quantile(audio.lateness_ns, 0.999)),
      100 * others / static_cast<double>(elapsed),
      100 * static_cast<double>(counts.thread_cpu_ns) / static_cast<double>(elapsed),
      anonymous_now - anonymous, static_cast<double>(counts.furthest_reading_ns) / 1e6,
      static_cast<long long>(counts.not_kept_blocks));
  return 0;
}
