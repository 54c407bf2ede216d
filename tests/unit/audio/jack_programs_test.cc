// SPDX-License-Identifier: MIT
#include "audio/jack_programs_linux.h"

#include <gtest/gtest.h>

namespace holdfast::audio {
namespace {

constexpr std::string_view kSockets =
    "Num       RefCount Protocol Flags    Type St Inode Path\n"
    "00000000fc8af60f: 00000003 00000000 00000000 0001 03 3052767 /dev/shm/jack_studio_0_0\n"
    "0000000059f61c97: 00000003 00000000 00000000 0001 03 3052773 /dev/shm/jack_my_synth_0_0\n"
    "0000000059f61c98: 00000003 00000000 00000000 0001 03  305277 /dev/shm/jack_my_0_1\n"
    "00000000a8aae520: 00000003 00000000 00000000 0001 03 3052771\n"
    "/dev/shm/jack_my_0_0\n";

TEST(JackPrograms, AClientsSocketIsFoundByItsName) {
  EXPECT_EQ(jack_client_sockets(kSockets, "my_synth"),
            std::vector<std::string>{"socket:[3052773]"});
}

TEST(JackPrograms, ANameThatBeginsAnotherIsNotTakenForIt) {
  EXPECT_EQ(jack_client_sockets(kSockets, "my"), std::vector<std::string>{"socket:[305277]"});
}

TEST(JackPrograms, WhatIsNotThereIsNotFound) {
  EXPECT_TRUE(jack_client_sockets(kSockets, "drums").empty());
  EXPECT_TRUE(jack_client_sockets("", "my").empty());
  EXPECT_EQ(find_jack_program("studio", "my", "/nowhere"), 0);
}

}  // namespace
}  // namespace holdfast::audio
