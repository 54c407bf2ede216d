// SPDX-License-Identifier: MIT
#include "core/machine_check.h"

#include <algorithm>
#include <cmath>

#include "core/byte_size.h"
#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// A third of the period of 16 frames at 48 kHz.
constexpr int64_t kSlowIdleMicroseconds = 100;
constexpr Nanos kFineTimer = kMicrosecond;
constexpr double kStealPercentToWarn = 1.0;
/// A quarter of an hour of stereo at 48 kHz in 24 bits.
constexpr int64_t kLittleRoom = int64_t{256} << 20;
constexpr Nanos kSlowWrite = kSecond;

Finding machine_finding(const char* name, FindingStatus status, std::string evidence,
                        const char* effect = "", const char* fix = "") {
  Finding made;
  made.group = "machine";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  made.effect = effect;
  made.fix = fix;
  return made;
}

Finding check_governor(const MachineSetup& setup) {
  constexpr const char* kName = "governor";
  if (setup.governors.empty()) {
    return machine_finding(kName, FindingStatus::kUnknown,
                           "no frequency control is shown here (as in most virtual machines)",
                           "whether processors slow down between blocks cannot be told.");
  }
  const auto slow = std::find_if(setup.governors.begin(), setup.governors.end(),
                                 [](const std::string& name) { return name != "performance"; });
  if (slow == setup.governors.end()) {
    return machine_finding(
        kName, FindingStatus::kPass,
        "performance on all " + std::to_string(setup.governors.size()) + " processors");
  }
  Finding made = machine_finding(kName, FindingStatus::kWarn, *slow + " on at least one processor",
                                 "processors slow down between blocks, and wake late.",
                                 "sudo holdfast doctor --fix governor");
  made.remedy = "governor";
  return made;
}

Finding check_idle(const MachineSetup& setup) {
  constexpr const char* kName = "idle states";
  std::string evidence =
      setup.deepest_idle_us
          ? "the deepest takes " + std::to_string(*setup.deepest_idle_us) + " us to leave"
          : "not told";
  evidence += setup.has_dma_latency ? "; opened /dev/cpu_dma_latency, to ask for shallow ones: " +
                                          to_text(setup.dma_latency)
                                    : "; there is no /dev/cpu_dma_latency";
  if (!setup.deepest_idle_us) return machine_finding(kName, FindingStatus::kUnknown, evidence);
  const bool is_fast = *setup.deepest_idle_us < kSlowIdleMicroseconds;
  if (is_fast || setup.dma_latency.is_granted()) {
    return machine_finding(kName, FindingStatus::kPass, evidence);
  }
  return machine_finding(kName, FindingStatus::kWarn, evidence,
                         "an idle processor wakes late, and programs may not ask for better.",
                         "let the group audio write /dev/cpu_dma_latency by a udev rule");
}

Finding check_timers(const MachineSetup& setup) {
  constexpr const char* kName = "timers";
  if (!setup.timer_resolution) {
    return machine_finding(kName, FindingStatus::kUnknown, "clock_getres does not answer");
  }
  const std::string evidence =
      "resolution " + std::to_string(setup.timer_resolution->count) + " ns";
  if (*setup.timer_resolution <= kFineTimer) {
    return machine_finding(kName, FindingStatus::kPass, evidence);
  }
  return machine_finding(kName, FindingStatus::kFail, evidence,
                         "threads wake milliseconds late: no high resolution timers.",
                         "boot without highres=off, on a kernel with CONFIG_HIGH_RES_TIMERS");
}

Finding check_preemption(const MachineSetup& setup) {
  constexpr const char* kName = "preemption";
  const std::string irqs = setup.has_threaded_irqs ? ", threaded interrupts" : "";
  if (setup.preemption == Preemption::kUnknown) {
    return machine_finding(kName, FindingStatus::kUnknown,
                           "the kernel tells this user nothing about it" + irqs, "",
                           "sudo cat /sys/kernel/debug/sched/preempt (where debugfs is mounted)");
  }
  const std::string evidence = std::string(name_of(setup.preemption)) + irqs;
  if (setup.preemption >= Preemption::kLazy) {
    return machine_finding(kName, FindingStatus::kPass, evidence);
  }
  return machine_finding(
      kName, FindingStatus::kWarn, evidence,
      "a long system call of another program can delay the audio thread.",
      "boot with preempt=full (kernel 5.12 or later), or use a PREEMPT_RT kernel");
}

Finding check_host(const MachineSetup& setup) {
  constexpr const char* kName = "host";
  if (!setup.is_virtual) {
    return machine_finding(kName, FindingStatus::kUnknown, "/proc/cpuinfo does not tell");
  }
  std::string evidence = *setup.is_virtual ? "a virtual machine" : "no hypervisor is seen";
  if (setup.steal_percent) {
    const auto tenths = std::lround(*setup.steal_percent * 10);
    evidence += "; the host took " + std::to_string(tenths / 10) + "." +
                std::to_string(tenths % 10) + " % of the processors' time since it started";
  }
  if (!*setup.is_virtual) return machine_finding(kName, FindingStatus::kPass, evidence);
  const bool is_robbed = setup.steal_percent.value_or(0) >= kStealPercentToWarn;
  return machine_finding(
      kName, FindingStatus::kWarn, evidence,
      is_robbed ? "the host stops processors at any time, and audio with them."
                : "the host may stop processors at any time; it is shown as host_pause.",
      "measure on the machine itself, or give processors of their own to the guest");
}

Finding check_container(const MachineSetup& setup) {
  constexpr const char* kName = "container";
  if (setup.container_signs == 0) {
    return machine_finding(kName, FindingStatus::kUnknown, "none of its signs could be looked for");
  }
  if (setup.container.empty()) {
    return machine_finding(kName, FindingStatus::kPass,
                           "none of " + std::to_string(setup.container_signs) + " signs of one");
  }
  return machine_finding(
      kName, FindingStatus::kWarn, "this is one: " + setup.container,
      "it hides other programs, sound cards and servers; settings of the kernel are the "
      "host's, and may only be changed there.",
      "run holdfast doctor on the host as well");
}

Finding check_interrupts(const MachineSetup& setup) {
  constexpr const char* kName = "interrupts";
  if (!setup.has_interrupts.value_or(false)) {
    return machine_finding(kName, FindingStatus::kUnknown,
                           "/proc/interrupts lists neither sound nor USB");
  }
  if (setup.shared_interrupts.empty()) {
    return machine_finding(kName, FindingStatus::kPass, "sound and USB share theirs with nobody");
  }
  return machine_finding(kName, FindingStatus::kWarn, "shared: " + setup.shared_interrupts.front(),
                         "sound waits while the other device is served.",
                         "plug the sound card into another port or slot");
}

Finding check_directory(const MachineSetup& setup) {
  constexpr const char* kName = "directory";
  std::string evidence = setup.file_system.empty() ? "unknown file system" : setup.file_system;
  if (setup.free_bytes) evidence += ", " + format_byte_size(*setup.free_bytes) + " free";
  evidence += "; wrote and synchronised 1 MiB: " + to_text(setup.write);
  if (setup.write.is_granted()) {
    evidence += " in " + std::to_string(setup.write_time.count / kMillisecond.count) + " ms";
  }
  if (!setup.write.was_tried) return machine_finding(kName, FindingStatus::kUnknown, evidence);
  if (setup.write.is_refused()) {
    return machine_finding(kName, FindingStatus::kWarn, evidence, "no trace can be kept here.",
                           "go to a directory of your own: cd");
  }
  if (setup.free_bytes.value_or(INT64_MAX) < kLittleRoom) {
    return machine_finding(kName, FindingStatus::kWarn, evidence, "a long trace or take fills it.",
                           "make room, or go to another directory");
  }
  if (setup.is_network || setup.write_time >= kSlowWrite) {
    return machine_finding(kName, FindingStatus::kWarn, evidence,
                           "what is written may arrive late, and fill memory meanwhile.",
                           "keep takes and traces on a local disk");
  }
  return machine_finding(kName, FindingStatus::kPass, evidence);
}

}  // namespace

std::optional<std::vector<std::string>> parse_shared_interrupts(std::string_view interrupts) {
  std::vector<std::string> shared;
  bool has_any = false;
  TextReader lines(interrupts);
  while (!lines.is_at_end()) {
    // "  16:   0   12  IR-IO-APIC  16-fasteoi   xhci_hcd:usb1, snd_hda_intel:card0"
    const std::string_view line = lines.take_line();
    const size_t first = std::min({line.find("snd_"), line.find("snd-"), line.find("xhci_hcd"),
                                   line.find("ehci_hcd"), line.find("ohci_hcd")});
    if (first == std::string_view::npos) continue;
    has_any = true;
    // Names stand at the end, with ", " between them; what stands before the first has no comma.
    const size_t comma = line.find(", ");
    if (comma == std::string_view::npos) continue;
    const size_t begin = line.rfind(' ', comma) + 1;
    shared.emplace_back(line.substr(begin));
  }
  if (!has_any) return std::nullopt;
  return shared;
}

std::vector<Finding> check_machine(const MachineSetup& setup) {
  return {check_governor(setup),   check_idle(setup),     check_timers(setup),
          check_preemption(setup), check_host(setup),     check_container(setup),
          check_interrupts(setup), check_directory(setup)};
}

}  // namespace holdfast
