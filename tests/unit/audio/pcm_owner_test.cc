// SPDX-License-Identifier: MIT
#include "audio/pcm_owner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace holdfast::audio {
namespace {

/// As sound/core/pcm.c (snd_pcm_substream_proc_status_read) writes it.
constexpr const char* kRunning =
    "state: RUNNING\nowner_pid   : 1234\ntrigger_time: 2174.604361411\ntstamp      : 0.000000000\n"
    "delay       : 12\navail       : 12\navail_max   : 256\n-----\nhw_ptr      : 76800\n"
    "appl_ptr    : 76788\n";

TEST(PcmOwner, IsReadFromTheStatusOfAnOpenStream) {
  EXPECT_EQ(parse_pcm_owner(kRunning), std::optional<pid_t>(1234));
}

TEST(PcmOwner, IsNobodyWhenClosedOrNotSaid) {
  for (const char* text : {"closed\n", "", "state: OPEN\n", "owner_pid\n", "owner_pid   : x\n",
                           "owner_pid   : -1\n", "owner_pid   : 0\n"}) {
    EXPECT_FALSE(parse_pcm_owner(text).has_value()) << text;
  }
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(PcmOwner, OfEveryCaptureDeviceIsFoundWithItsCommand) {
  const std::filesystem::path root = std::filesystem::path(testing::TempDir()) / "pcm_owner_proc";
  std::filesystem::remove_all(root);
  write(root / "asound/cards", " 0 [PCH]: HDA-Intel\n");
  write(root / "asound/card0/pcm0c/sub0/status", "closed\n");
  write(root / "asound/card0/pcm0p/sub0/status", kRunning);
  write(root / "asound/card1/pcm2c/sub0/status", kRunning);
  write(root / "1234/comm", "jackd\n");
  const std::vector<PcmOwner> owners = read_pcm_owners(root.string());
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].device, "hw:1,2");
  EXPECT_EQ(owners[0].process, 1234);
  EXPECT_EQ(owners[0].command, "jackd");
  std::filesystem::remove_all(root);
}

TEST(PcmOwner, WithoutASoundCardThereIsNone) {
  EXPECT_TRUE(read_pcm_owners("/nowhere").empty());
}

}  // namespace
}  // namespace holdfast::audio
