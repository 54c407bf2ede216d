// SPDX-License-Identifier: MIT
#include "core/trace_writer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

ChunkHeader header_of(std::span<const std::byte> chunk) {
  ChunkHeader header;
  std::memcpy(&header, chunk.data(), sizeof header);
  return header;
}

TEST(TraceWriter, DescriptionIsPlainText) {
  TraceWriter writer;
  const std::span<const std::byte> chunk = writer.description(test::sample_info());
  const std::string text(reinterpret_cast<const char*>(chunk.data()) + sizeof(ChunkHeader),
                         chunk.size() - sizeof(ChunkHeader));
  EXPECT_EQ(text, describe(test::sample_info()));
}

TEST(TraceWriter, ChunksAreNumberedAndSized) {
  TraceWriter writer;
  EXPECT_EQ(header_of(writer.description(test::sample_info())).sequence, 0u);
  for (uint32_t sequence = 1; sequence < 4; sequence++) {
    const std::vector<Record> blocks = test::sample_blocks(sequence);
    const std::span<const std::byte> chunk = writer.records(blocks);
    EXPECT_EQ(header_of(chunk).sequence, sequence);
    EXPECT_EQ(header_of(chunk).raw_bytes, sequence * sizeof(Record));
    EXPECT_EQ(header_of(chunk).stored_bytes, chunk.size() - sizeof(ChunkHeader));
  }
}

TEST(TraceWriter, ChunksCarryTheirChecksum) {
  TraceWriter writer;
  writer.description(test::sample_info());
  const std::vector<Record> blocks = test::sample_blocks(100);
  const std::span<const std::byte> chunk = writer.records(blocks);
  EXPECT_EQ(header_of(chunk).checksum,
            checksum_of(header_of(chunk), chunk.subspan(sizeof(ChunkHeader))));
}

TEST(TraceWriter, SteadyBlocksTakeLittleMoreThanTheirContent) {
  TraceWriter writer;
  writer.description(test::sample_info());
  const std::vector<Record> blocks = test::sample_blocks(kChunkRecords);
  EXPECT_LT(writer.records(blocks).size(), 14 * kChunkRecords);  // 8 are content
}

TEST(TraceWriter, NoiseStaysWithinTheBoundOfAChunk) {
  std::mt19937_64 random(1);
  std::vector<Record> noise(kChunkRecords);
  for (std::byte& byte : std::as_writable_bytes(std::span(noise))) byte = std::byte(random() & 255);
  TraceWriter writer;
  writer.description(test::sample_info());
  EXPECT_LE(header_of(writer.records(noise)).stored_bytes, kMaxChunkBytes);
}

}  // namespace
}  // namespace holdfast
