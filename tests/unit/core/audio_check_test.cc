// SPDX-License-Identifier: MIT
#include "core/audio_check.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

AudioSetup good_audio() {
  AudioSetup setup;
  setup.usable_devices = {"virtual", "alsa"};
  setup.cards = 2;
  setup.card = {true, 0, 0, 0};
  setup.seen_processes = 100;
  setup.servers = {{"jackd", int64_t{8} << 20, 1, true}};
  return setup;
}

AudioSetup with_server(const SoundServer& server) {
  AudioSetup setup = good_audio();
  setup.servers = {server};
  return setup;
}

TEST(AudioCheck, PassesACardAndAServerThatLocks) {
  const auto findings = check_audio(good_audio());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 3);
}

TEST(AudioCheck, NothingToBeSeenIsUnknown) {
  const auto findings = check_audio(AudioSetup());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 3);
  EXPECT_NE(finding_of(findings, "cards").effect.find("virtual"), std::string::npos);
}

TEST(AudioCheck, ACardThatRefusesFails) {
  AudioSetup setup = good_audio();
  setup.card = {true, EACCES, 0, 0};
  const auto findings = check_audio(setup);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "cards"), FindingStatus::kFail);
  setup.card = {};
  EXPECT_EQ(status_of(check_audio(setup), "cards"), FindingStatus::kUnknown);
}

TEST(AudioCheck, WarnsOfAServerThatLocksNothing) {
  const auto findings = check_audio(with_server({"pipewire", 0, 1, false}));
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "pipewire"), FindingStatus::kWarn);
  EXPECT_NE(finding_of(findings, "pipewire").fix.find("mem.mlock-all"), std::string::npos);
}

TEST(AudioCheck, LockedBuffersAreNotALockedStack) {
  const auto findings = check_audio(with_server({"jackd", 104 << 20, 1, false}));
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "jackd"), FindingStatus::kWarn);
  EXPECT_EQ(status_of(check_audio(with_server({"jackd", 104 << 20, 1, std::nullopt})), "jackd"),
            FindingStatus::kUnknown);
}

TEST(AudioCheck, WarnsOfAServerWithoutPriority) {
  const auto findings = check_audio(with_server({"jackd", 0, 0, std::nullopt}));
  test::expect_well_formed(findings);
  EXPECT_EQ(finding_of(findings, "jackd").remedy, "limits");
}

TEST(AudioCheck, CountsCards) {
  EXPECT_EQ(count_sound_cards("--- no soundcards ---\n"), 0);
  EXPECT_EQ(count_sound_cards(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n"
                              "                      HDA Intel PCH at 0xf7 irq 30\n"
                              " 1 [USB            ]: USB-Audio - 2 in 2 out\n"
                              "                      12 Monkeys at usb-1\n"),
            2);
  EXPECT_EQ(count_sound_cards(""), 0);
}

TEST(AudioCheck, KnowsServersByName) {
  EXPECT_TRUE(is_sound_server("pipewire"));
  EXPECT_TRUE(is_sound_server("jackd"));
  EXPECT_FALSE(is_sound_server("pipewire-media-"));
  EXPECT_FALSE(is_sound_server(""));
}

}  // namespace
}  // namespace holdfast
