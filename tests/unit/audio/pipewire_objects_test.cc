// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "audio/pipewire_graph.h"
#include "audio/pipewire_memory_linux.h"

namespace holdfast::audio {
namespace {

/// Two microphones, a sink with its monitor, and a program that plays.
PipewireObjects desk() {
  PipewireObjects objects;
  objects.nodes[40] = {40, "140", "alsa_input.usb", "Audio/Source", 0, 1500};
  objects.nodes[41] = {41, "141", "alsa_input.pci", "Audio/Source", 0, 2000};
  objects.nodes[42] = {42, "142", "alsa_output.pci", "Audio/Sink", 0, 3000};
  objects.nodes[50] = {50, "150", "player", "Stream/Output/Audio", 33, 0};
  objects.nodes[60] = {60, "160", "holdfast", "", 34, 0};
  objects.ports[70] = {70, 40, "capture_FL", true};
  objects.ports[71] = {71, 40, "capture_FR", true};
  objects.ports[72] = {72, 41, "capture_MONO", true};
  objects.ports[73] = {73, 42, "monitor_FL", true};
  objects.ports[74] = {74, 42, "playback_FL", false};
  objects.ports[75] = {75, 50, "output_FL", true};
  objects.ports[76] = {76, 60, "in_1", false};
  objects.clients = {{33, 4711}, {34, 4712}};
  return objects;
}

TEST(PipewireObjects, WithoutANameTheSourceOfHighestPriorityIsMeant) {
  const auto found = desk().find("");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node.name, "alsa_input.pci");
}

TEST(PipewireObjects, WithoutANameTheSourceThatTheUserChoseIsMeant) {
  PipewireObjects objects = desk();
  objects.default_source = "alsa_input.usb";
  const auto found = objects.find("");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node.id, 40U);
  ASSERT_EQ(found->ports.size(), 2U);
  EXPECT_EQ(found->ports[1].name, "capture_FR");
}

TEST(PipewireObjects, ASinkThatIsNamedGivesWhatItPlays) {
  const auto found = desk().find("alsa_output.pci");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->ports.size(), 1U);
  EXPECT_EQ(found->ports[0].name, "monitor_FL");
}

TEST(PipewireObjects, ANodeCanBeNamedByItsSerial) {
  const auto found = desk().find("150");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node.name, "player");
}

TEST(PipewireObjects, AnUnknownNameIsAnsweredWithTheNearest) {
  const auto found = desk().find("alsa_input.usp");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("'alsa_input.usb'"), std::string::npos);
}

TEST(PipewireObjects, WithoutSourcesNoneIsTheDefaultAndNoneIsNear) {
  EXPECT_FALSE(PipewireObjects().find(""));
  const auto found = PipewireObjects().find("mic");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("none at all"), std::string::npos);
}

TEST(PipewireObjects, SourcesAreListedBeforeWhateverElseGivesSound) {
  const std::vector<std::string> expected = {"alsa_input.usb", "alsa_input.pci", "alsa_output.pci",
                                             "player"};
  EXPECT_EQ(desk().sources(), expected);
}

TEST(PipewireObjects, ProgramsBehindANodeAreFoundThroughOtherNodes) {
  PipewireObjects objects = desk();
  EXPECT_TRUE(objects.programs_behind(60).empty());
  objects.links[80] = {50, 42};
  objects.links[81] = {42, 60};
  EXPECT_EQ(objects.programs_behind(60), std::vector<pid_t>{4711});
  objects.links[82] = {60, 50};  // a circle ends, too
  EXPECT_EQ(objects.programs_behind(60), std::vector<pid_t>{4711});
}

TEST(PipewireMemory, OnlyWhatIsSharedWithPipewireIsTaken) {
  const auto found = parse_pipewire_memory(
      "55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0   [heap]\n"
      "7f2a00000000-7f2a00001000 rw-s 00000000 00:01 2056   /memfd:pipewire-memfd:flags (deleted)\n"
      "nonsense /memfd:pipewire\n"
      "7f2a00002000-7f2a00006000 r--s 00000000 00:01 2057   /memfd:pipewire-memfd (deleted)");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].begin, 0x7f2a00000000U);
  EXPECT_EQ(found[0].size_bytes, 0x1000U);
  EXPECT_EQ(found[1].size_bytes, 0x4000U);
}

}  // namespace
}  // namespace holdfast::audio
