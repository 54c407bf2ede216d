// SPDX-License-Identifier: MIT
#include "core/machine_check.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

MachineSetup good_machine() {
  MachineSetup setup;
  setup.governors = {"performance", "performance"};
  setup.dma_latency = {true, 0, 0, 0};
  setup.has_dma_latency = true;
  setup.deepest_idle_us = 10;
  setup.timer_resolution = Nanos(1);
  setup.preemption = Preemption::kFull;
  setup.is_virtual = false;
  setup.container_signs = 8;
  setup.has_interrupts = true;
  setup.file_system = "ext4";
  setup.write = {true, 0, 0, 1 << 20};
  setup.write_time = kMillisecond * 12;
  setup.free_bytes = int64_t{100} << 30;
  return setup;
}

TEST(MachineCheck, PassesAMachineWithoutTrouble) {
  const auto findings = check_machine(good_machine());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 8);
}

TEST(MachineCheck, NeverPassesWhatIsNotTold) {
  const auto findings = check_machine(MachineSetup());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 8);
}

TEST(MachineCheck, WithoutFrequencyControlTheGovernorIsUnknown) {
  MachineSetup setup = good_machine();
  setup.governors.clear();
  EXPECT_EQ(status_of(check_machine(setup), "governor"), FindingStatus::kUnknown);
}

TEST(MachineCheck, OneSlowProcessorIsEnoughToWarn) {
  MachineSetup setup = good_machine();
  setup.governors = {"performance", "powersave"};
  const auto findings = check_machine(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(finding_of(findings, "governor").remedy, "governor");
}

TEST(MachineCheck, DeepSleepMattersUnlessItCanBeForbidden) {
  MachineSetup setup = good_machine();
  setup.deepest_idle_us = 800;
  EXPECT_EQ(status_of(check_machine(setup), "idle states"), FindingStatus::kPass);
  setup.dma_latency = {true, EACCES, 0, 0};
  const auto findings = check_machine(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "idle states"), FindingStatus::kWarn);
  setup.deepest_idle_us.reset();
  EXPECT_EQ(status_of(check_machine(setup), "idle states"), FindingStatus::kUnknown);
}

TEST(MachineCheck, CoarseTimersFail) {
  MachineSetup setup = good_machine();
  setup.timer_resolution = kMillisecond * 4;
  const auto findings = check_machine(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "timers"), FindingStatus::kFail);
}

TEST(MachineCheck, WarnsOfEverythingElseThatDelays) {
  MachineSetup setup = good_machine();
  setup.preemption = Preemption::kVoluntary;
  setup.is_virtual = true;
  setup.steal_percent = 3.21;
  setup.container = "docker";
  setup.shared_interrupts = {"xhci_hcd:usb1, eth0"};
  const auto findings = check_machine(setup);
  test::expect_well_formed(findings);
  for (const char* name : {"preemption", "host", "container", "interrupts"}) {
    EXPECT_EQ(status_of(findings, name), FindingStatus::kWarn) << name;
  }
  EXPECT_NE(finding_of(findings, "host").evidence.find("3.2 %"), std::string::npos);
}

TEST(MachineCheck, JudgesTheDirectoryByWritingIntoIt) {
  MachineSetup setup = good_machine();
  setup.write = {true, EACCES, 0, 0};
  EXPECT_EQ(status_of(check_machine(setup), "directory"), FindingStatus::kWarn);
  setup = good_machine();
  setup.free_bytes = 1 << 20;
  EXPECT_EQ(status_of(check_machine(setup), "directory"), FindingStatus::kWarn);
  setup = good_machine();
  setup.is_network = true;
  EXPECT_EQ(status_of(check_machine(setup), "directory"), FindingStatus::kWarn);
  setup = good_machine();
  setup.write_time = kSecond * 2;
  test::expect_well_formed(check_machine(setup));
  EXPECT_EQ(status_of(check_machine(setup), "directory"), FindingStatus::kWarn);
}

TEST(MachineCheck, FindsInterruptsThatSoundShares) {
  EXPECT_EQ(parse_shared_interrupts("           CPU0\n  4: 1 IO-APIC 4-edge ttyS0\n"),
            std::nullopt);
  EXPECT_EQ(parse_shared_interrupts("  30:  5  PCI-MSI 1-edge  snd_hda_intel:card0\n"),
            std::vector<std::string>());
  EXPECT_EQ(parse_shared_interrupts(
                "  16:  5  0  IO-APIC  16-fasteoi  ehci_hcd:usb1, i801_smbus, snd_ctxfi\n"
                "  17:  5  0  IO-APIC  17-fasteoi  eth0, wlan0\n"),
            std::vector<std::string>{"ehci_hcd:usb1, i801_smbus, snd_ctxfi"});
}

}  // namespace
}  // namespace holdfast
