// SPDX-License-Identifier: MIT
#include "cmd/doctor_checks.h"

#include <unistd.h>

#include "act/file_trials.h"
#include "act/lock_trials.h"
#include "act/own_ranges.h"
#include "act/schedule_trials.h"
#include "act/trace_trial.h"
#include "cmd/device_registry.h"
#include "cmd/exit.h"
#include "cmd/protect.h"
#include "cmd/self_test.h"
#include "core/address_space.h"
#include "core/audio_check.h"
#include "core/machine_check.h"
#include "core/memory_check.h"
#include "core/observe_check.h"
#include "probe/address_space_linux.h"
#include "probe/machine_setup_linux.h"
#include "probe/memory_setup_linux.h"
#include "probe/observe_trials_linux.h"
#include "probe/processor_use_linux.h"
#include "probe/sound_setup_linux.h"
#include "session/symbolizer.h"

namespace holdfast::cmd {
namespace {

/// What a page fault in a function of the program, and in one of libc, would be called.
void try_symbols(ObserveTrials& trials) {
  const auto lines = probe::read_address_space(getpid());
  if (!lines) return;
  AddressSpace space;
  for (const std::string& line : *lines) space.take_line(line);
  session::Symbolizer symbolizer;
  for (const uint64_t address :
       {reinterpret_cast<uint64_t>(&run_checks), reinterpret_cast<uint64_t>(&getpid)}) {
    const auto line = symbolizer.symbol_line(space.owner_of(address, 0), address);
    if (!line) continue;
    trials.asked_symbols++;
    space.take_line(*line);
    if (!space.owner_of(address, 0).symbol.empty()) trials.named_symbols++;
  }
}

ObserveTrials try_observing() {
  ObserveTrials trials = probe::try_to_observe();
  try_symbols(trials);
  trials.tracing = act::try_to_trace();
  trials.is_traced = act::is_being_traced();
  return trials;
}

AudioSetup look_at_audio() {
  AudioSetup setup = probe::read_sound_setup();
  for (const DeviceListing& listing : list_devices()) {
    if (listing.is_available) setup.usable_devices.push_back(listing.name);
  }
  if (setup.cards.value_or(0) > 0) setup.card = act::try_to_open("/dev/snd/controlC0");
  return setup;
}

/// Of all processors' time since the machine started.
std::optional<double> steal_percent() {
  const auto processors = probe::ProcessorUseProbe::open(getpid());
  if (!processors) return std::nullopt;
  const auto record = processors->read();
  if (!record || record->steal_ns < 0) return std::nullopt;
  const auto steal = static_cast<double>(record->steal_ns);
  const double all = static_cast<double>(record->busy_ns) + static_cast<double>(record->idle_ns) +
                     static_cast<double>(record->iowait_ns) + steal;
  return all > 0 ? std::optional(100 * steal / all) : std::nullopt;
}

MachineSetup look_at_machine() {
  MachineSetup setup = probe::read_machine_setup();
  setup.steal_percent = steal_percent();
  setup.dma_latency = act::try_to_open("/dev/cpu_dma_latency");
  setup.has_dma_latency = setup.dma_latency.was_tried;
  const act::WriteTrial written = act::try_to_write_here();
  setup.write = written.trial;
  setup.write_time = written.time;
  return setup;
}

}  // namespace

void run_checks(Nanos self_test, const OnFindings& on_findings) {
  SelfTestRun test(self_test);
  // Before the self-test: it raises limits and locks pages of this process.
  on_findings(check_lock(act::try_locks(test.touched_memory(), whole_program())));
  on_findings(check_schedule(act::try_schedule(kAudioPriority)));
  on_findings(check_memory(probe::read_memory_setup()));
  on_findings(check_observe(try_observing()));
  on_findings(check_audio(look_at_audio()));
  on_findings(check_machine(look_at_machine()));
  if (self_test > Nanos(0) && !stop_requested()) on_findings(check_self_test(test.run()));
}

}  // namespace holdfast::cmd
