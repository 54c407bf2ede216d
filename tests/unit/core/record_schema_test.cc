// SPDX-License-Identifier: MIT
#include "core/record_schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace holdfast {
namespace {

std::string read_page(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The part of the page under the heading of one kind.
std::string section_of(const std::string& page, const RecordSchema& schema) {
  const std::string heading = "### " + std::to_string(static_cast<int>(schema.kind)) + " " +
                              std::string(schema.name) + "\n";
  const size_t begin = page.find(heading);
  if (begin == std::string::npos) return "";
  return page.substr(begin, page.find("\n##", begin + 1) - begin);
}

TEST(RecordSchema, FieldsCoverEveryByteOfEveryKindOnce) {
  for (const RecordSchema& schema : record_schemas()) {
    size_t end = 0;
    for (const FieldSchema& field : schema.fields) {
      EXPECT_EQ(field.offset, end) << schema.name << "." << field.name;
      end = size_t{field.offset} + field.size_bytes;
    }
    EXPECT_EQ(end, sizeof(Record)) << schema.name;
  }
}

TEST(RecordSchema, EveryKindIsFoundByItsNumber) {
  for (const RecordSchema& schema : record_schemas()) EXPECT_EQ(schema_of(schema.kind), &schema);
}

TEST(RecordSchema, KindsOfNewerVersionsHaveNone) {
  EXPECT_EQ(schema_of(static_cast<RecordKind>(0)), nullptr);
  EXPECT_EQ(schema_of(static_cast<RecordKind>(60000)), nullptr);
}

TEST(RecordSchema, TextListsKindsWithTheirFields) {
  const std::string text = schema_text();
  EXPECT_EQ(text.find("record 1 block\nfield kind u16 - 0\n"), 0u);
  EXPECT_NE(text.find("\nfield due_ns i64 ns 24\n"), std::string::npos);
  EXPECT_NE(text.find("\nrecord 5 end\n"), std::string::npos);
  EXPECT_EQ(text.find("reserved"), std::string::npos);
}

TEST(RecordSchema, TraceFormatPageListsEveryField) {
  const std::string page = read_page(HF_SOURCE_DIR "/docs/trace-format.md");
  for (const RecordSchema& schema : record_schemas()) {
    const std::string section = section_of(page, schema);
    ASSERT_FALSE(section.empty()) << "no section for kind " << schema.name;
    for (const FieldSchema& field : schema.fields) {
      if (is_unused(field)) continue;
      std::ostringstream row;
      row << "\n| " << int{field.offset} << " | " << field.type << " | `" << field.name << "` | "
          << field.unit << " | ";
      EXPECT_NE(section.find(row.str()), std::string::npos) << schema.name << row.str();
    }
  }
}

}  // namespace
}  // namespace holdfast
