// SPDX-License-Identifier: MIT
#include "core/kilobyte_field.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kMeminfo =
    "MemTotal:       24684120 kB\nMemFree:        12345 kB\nHugePages_Total:       0\n";

TEST(KilobyteField, ValueComesInBytes) {
  EXPECT_EQ(kilobyte_field(kMeminfo, "MemTotal"), 24684120LL * 1024);
  EXPECT_EQ(kilobyte_field("VmLck:\t    8192 kB\n", "VmLck"), 8192 * 1024);
}

TEST(KilobyteField, KeyMustMatchAsAWholeFromTheStartOfALine) {
  EXPECT_FALSE(kilobyte_field(kMeminfo, "Mem"));
  EXPECT_FALSE(kilobyte_field(kMeminfo, "Free"));
}

TEST(KilobyteField, LinesWithoutKilobytesHaveNoValue) {
  EXPECT_FALSE(kilobyte_field(kMeminfo, "HugePages_Total"));
  EXPECT_FALSE(kilobyte_field("A: kB\n", "A"));
  EXPECT_FALSE(kilobyte_field("A: -1 kB\n", "A"));
  EXPECT_FALSE(kilobyte_field("A: 9223372036854775807 kB\n", "A"));
  EXPECT_FALSE(kilobyte_field("", "A"));
}

}  // namespace
}  // namespace holdfast
