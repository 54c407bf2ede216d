// SPDX-License-Identifier: MIT
#include "core/trace_format.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

TEST(TraceFormat, ChecksumCoversEveryHeaderByteBeforeIt) {
  const std::vector<std::byte> payload(100, std::byte{7});
  const ChunkHeader header;
  const uint64_t whole = checksum_of(header, payload);
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(ChunkHeader)>>(header);
  for (size_t i = 0; i < offsetof(ChunkHeader, checksum); i++) {
    bytes[i] ^= std::byte{1};
    EXPECT_NE(checksum_of(std::bit_cast<ChunkHeader>(bytes), payload), whole) << "byte " << i;
    bytes[i] ^= std::byte{1};
  }
}

TEST(TraceFormat, ChecksumCoversThePayload) {
  std::vector<std::byte> payload(1000, std::byte{7});
  const uint64_t whole = checksum_of(ChunkHeader(), payload);
  payload[999] ^= std::byte{128};
  EXPECT_NE(checksum_of(ChunkHeader(), payload), whole);
}

TEST(TraceFormat, ChecksumIsPlainXxh3SoThatOthersCanComputeIt) {
  // What `xxhsum -H3` 0.8.1 says of the 24 bytes before the checksum of an empty description.
  EXPECT_EQ(checksum_of(ChunkHeader(), {}), 0xe361e81e34384a62ULL);
}

TEST(TraceFormat, DescriptionNamesItselfTheSessionAndTheRecords) {
  const std::string text = describe(test::sample_info());
  EXPECT_EQ(text.find("holdfast trace 1\n"), 0u);
  EXPECT_NE(text.find("\nrate_hz 48000\n"), std::string::npos);
  EXPECT_NE(text.find("\nrecord_bytes 64\n"), std::string::npos);
  EXPECT_NE(text.find("\nrecord 1 block\n"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
