// SPDX-License-Identifier: MIT
#include "cmd/diagnosed_machine.h"

#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "base/format.h"
#include "cmd/counter.h"
#include "cmd/device_listing.h"
#include "cmd/doctor_checks.h"
#include "cmd/exit.h"
#include "core/audio_check.h"
#include "core/byte_size.h"
#include "core/kernel_text.h"
#include "core/limit_rules.h"
#include "core/thread_choice.h"
#include "probe/clock_linux.h"
#include "probe/kernel_log_linux.h"
#include "probe/lock_coverage_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"
#include "report/coverage_text.h"
#include "report/finding_text.h"
#include "report/utc_time.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

namespace fs = std::filesystem;

/// A file's content under its name; one that cannot be read says why.
std::string section(const std::string& path) {
  const Result<std::string> text = probe::read_proc_file(path);
  std::string lines = "== " + path + "\n" + (text ? *text : "(" + text.error().what + ")\n");
  if (!lines.ends_with('\n')) lines += '\n';
  return lines + "\n";
}

/// The files of a folder in alphabetical order; none where it cannot be read.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (!entry.is_directory(failure)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_findings(DiagnosisDraft& draft) {
  std::vector<Finding> all;
  run_checks(Nanos(0), [&all](const std::vector<Finding>& group) {
    all.insert(all.end(), group.begin(), group.end());
  });
  for (Finding& finding : all) {
    for (std::string* const text : {&finding.evidence, &finding.effect, &finding.fix}) {
      *text = draft.redacted(*text);
    }
  }
  const SessionInfo info = describe_run({});
  const std::string machine = draft.redacted(info.machine);
  std::string lines;
  for (const Finding& finding : all) lines += finding_json(finding) + "\n";
  lines += findings_summary_json(all, info.program, machine) + "\n";
  draft.add_as_is("doctor.txt", "what holdfast doctor says of this machine",
                  paste_text(all, info.program, machine));
  draft.add_as_is("doctor.jsonl", "the same for programs", lines);
}

void add_devices(DiagnosisDraft& draft) {
  std::string lines;
  for (DeviceListing& listing : list_devices()) {
    listing.description = draft.redacted(listing.description);
    for (std::string& source : listing.sources) source = draft.redacted(source);
    lines += listing_json(listing) + "\n";
  }
  draft.add_as_is("devices.jsonl", "the sound systems that can be used", lines);
}

void add_memory_state(DiagnosisDraft& draft) {
  constexpr std::array<const char*, 10> kFiles = {"/proc/meminfo",
                                                  "/proc/vmstat",
                                                  "/proc/swaps",
                                                  "/proc/pressure/memory",
                                                  "/proc/pressure/io",
                                                  "/proc/pressure/cpu",
                                                  "/proc/loadavg",
                                                  "/proc/uptime",
                                                  "/sys/kernel/mm/transparent_hugepage/enabled",
                                                  "/sys/kernel/mm/lru_gen/enabled"};
  std::string text;
  for (const char* const path : kFiles) text += section(path);
  for (const fs::path& file : files_in("/proc/sys/vm")) {
    const auto value = probe::read_proc_file(file.string());  // some can only be written
    if (value && !value->empty()) text += "vm." + file.filename().string() + " = " + *value;
  }
  for (const char* const name : {"sched_rt_runtime_us", "sched_rt_period_us", "threads-max"}) {
    const auto value = probe::read_proc_file(std::string("/proc/sys/kernel/") + name);
    if (value) text += std::string("kernel.") + name + " = " + *value;
  }
  draft.add("memory.txt", "memory, swap and stalls now, and how the kernel is set", text);
}

void add_limits(DiagnosisDraft& draft) {
  std::string text = section("/proc/self/limits");
  std::vector<fs::path> files = files_in("/etc/security/limits.d");
  files.insert(files.begin(), "/etc/security/limits.conf");
  for (const fs::path& file : files) {
    const auto rules = probe::read_proc_file(file.string());
    if (!rules) continue;
    text += "== " + file.string() + "\n" + limit_rules(*rules, draft.is_full()) + "\n";
  }
  draft.add("limits.txt", "limits of this login, and the rules about memory and priority", text);
}

std::vector<int> process_ids() {
  Result<std::vector<int>> ids = probe::read_process_ids();
  return ids ? std::move(*ids) : std::vector<int>();
}

/// The words that a process was started with; its name where they are not told.
std::string words_of(int pid, const ProcessStatus& status) {
  const auto told = probe::read_proc_file(probe::proc_path("/proc", pid, "cmdline"));
  std::string words = told && !told->empty() ? *told : status.name;
  for (char& c : words) c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return words;
}

/// What one sound server and its first real-time thread have locked.
std::string server_text(int pid, const ProcessStatus& status, DiagnosisDraft& draft) {
  std::string text = "== " + status.name + ", " + plural(status.threads, "thread");
  const auto add = [&text](const char* what, const std::optional<int64_t>& bytes) {
    if (bytes) text += std::string(", ") + what + " " + format_byte_size(*bytes);
  };
  add("in memory", status.resident_bytes);
  add("swapped out", status.swapped_bytes);
  add("locked", status.locked_bytes);
  if (const auto room = probe::read_lock_room(pid)) {
    const bool is_limited = room->limit_bytes && !room->is_exempt;
    text += ", may lock " + (is_limited ? format_byte_size(*room->limit_bytes) : "everything");
  }
  text += "\n";
  const auto threads = probe::read_threads(pid);
  const auto choice = threads ? choose_thread(*threads, pid, "") : threads.error();
  if (!choice) return text;
  std::vector<Unavailable> missing;
  auto coverage = probe::read_lock_coverage(pid, choice->thread.id, CoverageMoment::kNow, missing);
  if (coverage) {
    coverage->reason = choice->reason;
    text += coverage_text(*coverage);
  }
  for (const Unavailable& one : missing) {
    draft.miss("locks of " + status.name, one.why, one.how_to_get_it);
  }
  if (!coverage) draft.miss("locks of " + status.name, coverage.error().what, "run as root");
  return text;
}

void add_servers_and_threads(DiagnosisDraft& draft) {
  std::string servers;
  std::string threads;
  for (const int pid : process_ids()) {
    const auto status = probe::read_process_status(pid);
    if (!status) continue;
    if (is_sound_server(status->name)) servers += server_text(pid, *status, draft) + "\n";
    const auto all = probe::read_threads(pid);
    if (!all) continue;
    for (const TaskStat& thread : *all) {
      if (!thread.is_realtime()) continue;
      threads += format("%-15s of %-15s %s %d, %lld major and %lld minor faults\n",
                        thread.name.c_str(), status->name.c_str(), to_text(thread.policy).c_str(),
                        thread.rt_priority, static_cast<long long>(thread.major_faults),
                        static_cast<long long>(thread.minor_faults));
    }
  }
  draft.add("sound-servers.txt", "sound servers, and what they have locked",
            servers.empty() ? "no sound server is running\n" : servers);
  draft.add("real-time-threads.txt", "all threads with a real-time priority",
            threads.empty() ? "none\n" : threads);
}

void add_kernel_log(DiagnosisDraft& draft) {
  const auto messages = probe::read_kernel_log();
  if (!messages) {
    return draft.miss("kernel-log.txt", messages.error().what,
                      "run as root, or: sysctl kernel.dmesg_restrict=0");
  }
  const Nanos boot = probe::utc_minus_monotonic();
  std::string text;
  for (const KernelMessage& message : *messages) {
    if (!is_about_memory_or_limits(message.text)) continue;
    const Nanos when = boot + kMicrosecond * message.since_boot_us;
    text += utc_text(when).substr(0, 19) + " UTC  " + message.text + "\n";
  }
  const size_t all = messages->size();
  if (text.empty()) text = "none among " + plural(static_cast<int64_t>(all), "message") + "\n";
  draft.add("kernel-log.txt", "what the kernel logged about memory, limits and standstills", text);
}

/// "libasound.so.2.0.0": the names of files tell the version, without loading them.
std::string libraries_text() {
  constexpr std::array<std::string_view, 6> kNames = {"libasound.so.",       "libjack.so.",
                                                      "libpipewire-0.3.so.", "libpulse.so.",
                                                      "libportaudio.so.",    "librtaudio.so."};
  std::string text;
  for (const char* const folder :
       {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    for (const fs::path& file : files_in(folder)) {
      const std::string name = file.filename().string();
      const bool is_wanted = std::any_of(kNames.begin(), kNames.end(), [&](std::string_view begin) {
        return name.starts_with(begin);
      });
      std::error_code failure;
      if (is_wanted && !fs::is_symlink(file, failure)) text += "library    " + name + "\n";
    }
  }
  return text;
}

void add_versions(DiagnosisDraft& draft) {
  utsname kernel = {};
  uname(&kernel);
  std::string text = "holdfast   " HF_VERSION "\nkernel     " + std::string(kernel.sysname) + " " +
                     kernel.release + " " + kernel.machine + ", " + kernel.version +
                     "\nlibc       glibc " + gnu_get_libc_version() + "\n";
  if (const auto release = probe::read_proc_file("/etc/os-release")) {
    TextReader lines(*release);
    while (!lines.is_at_end()) {
      TextReader line(lines.take_line());
      if (line.take_until('=') == "PRETTY_NAME") {
        TextReader quoted(line.take_rest());
        quoted.take_until('"');
        text += "system     " + std::string(quoted.take_until('"')) + "\n";
      }
    }
  }
  text += libraries_text();
  if (const auto alsa = probe::read_proc_file("/proc/asound/version"))
    text += "ALSA       " + *alsa;
  draft.add("versions.txt", "versions of Holdfast, system and sound libraries", text);
}

/// What only --full tells.
void add_private_state(DiagnosisDraft& draft) {
  std::array<char, 256> host = {};
  gethostname(host.data(), host.size() - 1);
  draft.add("host.txt", "name of this host, and how its kernel was started",
            std::string(host.data()) + "\n" + section("/proc/cmdline"));
  std::string text;
  for (const int pid : process_ids()) {
    const auto status = probe::read_process_status(pid);
    if (!status || !status->resident_bytes) continue;  // it ended, or is a thread of the kernel
    text += format("%7d %10lld KiB %10lld KiB swapped %10lld KiB locked  ", pid,
                   static_cast<long long>(status->resident_bytes.value_or(0) / 1024),
                   static_cast<long long>(status->swapped_bytes.value_or(0) / 1024),
                   static_cast<long long>(status->locked_bytes.value_or(0) / 1024)) +
            words_of(pid, *status) + "\n";
  }
  draft.add("processes.txt", "all processes and what they were started with", text);
}

}  // namespace

void diagnose_machine(DiagnosisDraft& draft) {
  for (const auto add : {add_versions, add_findings, add_devices, add_memory_state, add_limits,
                         add_servers_and_threads, add_kernel_log}) {
    if (stop_requested()) return;
    add(draft);
  }
  if (draft.is_full() && !stop_requested()) add_private_state(draft);
}

}  // namespace holdfast::cmd
