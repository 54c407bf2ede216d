// SPDX-License-Identifier: MIT
#include "report/private_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

std::string clean(std::string_view text, std::vector<std::string> names = {}) {
  return without_private(text, names);
}

TEST(PrivateText, FoldersOfAHomeAreLeftOut) {
  EXPECT_EQ(clean("content=/home/ann/secret songs/take 1.wav, ring=4"),
            "content=.../take 1.wav, ring=4");
  EXPECT_EQ(clean("/Users/bob/x and\n/root/y"), ".../x and\n.../y");
  EXPECT_EQ(clean("/usr/lib/libm.so.6"), "/usr/lib/libm.so.6");
}

TEST(PrivateText, OwnerOfAHomeIsNamedNowhere) {
  EXPECT_EQ(clean("/home/anna/x; thread anna-synth, Anna"), ".../x; thread (name)-synth, (name)");
  EXPECT_EQ(clean("/run/media/anna/STICK 1/x.so, /media/STICK 2/y of anna"),
            ".../x.so, .../y of (name)");
}

TEST(PrivateText, FoldersOfAHomeMayHaveAnyName) {
  EXPECT_EQ(clean("/home/ann/Songs (of Bob)/a,b:c;d/it's/x.so (deleted)"), ".../x.so (deleted)");
  EXPECT_EQ(clean("(/home/ann/a:/usr/b), /usr/c"), "(.../a:/usr/b), /usr/c");
  EXPECT_EQ(clean("{\"a\":\"/home/ann/x\",\"b\":\"/usr\"}"), "{\"a\":\".../x\",\"b\":\"/usr\"}");
  EXPECT_EQ(clean("/home/ann/take.hft: 3 glitches/h"), ".../take.hft: 3 glitches/h");
  EXPECT_EQ(clean("/run/user/1000/gvfs/smb-share:server=nas,user=ann/x.wav"), ".../x.wav");
}

TEST(PrivateText, NamesThatAreGivenAreReplaced) {
  EXPECT_EQ(clean("on studio7 at noon", {"studio7"}), "on (name) at noon");
}

TEST(PrivateText, HomeWithoutAnythingInItIsNoTrouble) {
  EXPECT_EQ(clean("/home/"), ".../");
  EXPECT_EQ(clean("see /home/ann"), "see .../(name)");
}

TEST(PrivateText, HomesElsewhereAreHomesToo) {
  const std::vector<std::string> homes = {"/srv/people/ann/", "/"};
  EXPECT_EQ(without_private("play /srv/people/ann/x/y.wav", {}, homes), "play .../y.wav");
  EXPECT_EQ(without_private("in /srv/people/ann, /srv/people/anna", {}, homes),
            "in ..., /srv/people/anna");
  EXPECT_EQ(without_private("/usr/lib/libm.so.6", {}, homes), "/usr/lib/libm.so.6");
}

TEST(PrivateText, AddressesOfDevicesAreReplaced) {
  EXPECT_EQ(without_device_ids("bluez_output.00_1B_66_aa_BB_cc.1"), "bluez_output.(address).1");
  EXPECT_EQ(without_device_ids("link 00:1b:66:aa:bb:cc"), "link (address)");
  EXPECT_EQ(without_device_ids("at 16:26:25.258015"), "at 16:26:25.258015");
}

TEST(PrivateText, InternetAddressesAreReplaced) {
  EXPECT_EQ(without_device_ids("raop.Room.192.168.1.7.7000, tcp:10.0.0.1:4713"),
            "raop.Room.(address).7000, tcp:(address):4713");
  EXPECT_EQ(without_device_ids("kernel 6.18.5, libm.so.1.2.3.4, 1.2.3.456"),
            "kernel 6.18.5, libm.so.1.2.3.4, 1.2.3.456");
}

TEST(PrivateText, SerialNumbersOfUsbDevicesAreReplaced) {
  EXPECT_EQ(without_device_ids("alsa_input.usb-Maker_Box_2i2_Y8K2-00.analog-stereo, usb-Plain"),
            "alsa_input.usb-Maker_Box_2i2_(serial)-00.analog-stereo, usb-Plain");
  EXPECT_EQ(without_device_ids("usb-"), "usb-");
  EXPECT_EQ(without_device_ids("usb-a-b_c-00 usb-1-1.2"), "usb-a-b_(serial)-00 usb-1-1.2");
}

}  // namespace
}  // namespace holdfast
