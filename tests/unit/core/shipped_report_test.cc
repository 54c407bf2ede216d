// SPDX-License-Identifier: MIT
#include "core/shipped_report.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace holdfast {
namespace {

ReceivedReport shipped_example() {
  ReceivedReport report;
  for (size_t i = 0; i < report.id.size(); i++) report.id[i] = static_cast<uint8_t>(i + 1);
  report.app = "editor";
  report.version = "1.0";
  report.install = 0xFFFF000000000001;
  report.weight = 50;
  report.start_hour = 24 * 20'000 + 7;
  report.duration_ms = 61'000;
  report.suspended_ms = 1000;
  report.glitches = 3;
  report.cells = {{3, 9, 50, 2}, {0, 0, 10, 1}};
  report.listed.resize(1);
  report.listed[0].cause = "sched";
  report.listed[0].stall_us = 900;
  return report;
}

std::string row_of(const ReceivedReport& report, const ShippedContext& context) {
  RowBinaryWriter rows;
  add_row(rows, report, context, "{}");
  return rows.bytes();
}

/// Takes the values of a row apart by the types that the columns say, as ClickHouse does.
class TypedRow {
 public:
  explicit TypedRow(const std::string& bytes) : bytes_(bytes) {
    for (const ShippedColumn& column : shipped_columns()) values_[column.name] = take(column.type);
  }
  bool is_used_up() const { return at_ == bytes_.size(); }
  const std::string& operator[](const std::string& name) const { return values_.at(name); }

 private:
  std::string take(std::string type) {
    if (type.starts_with("Array(")) {
      type = type.substr(6, type.size() - 7);
      std::string list;
      for (uint64_t left = bits(1); left > 0; left--) list += take(type) + ",";
      return list;
    }
    if (type == "String") {
      const size_t size = bits(1);
      at_ += size;
      return bytes_.substr(at_ - size, size);
    }
    const size_t size = std::stoul(type.substr(type.find_first_of("0123456789"))) / 8;
    const uint64_t value = bits(size);
    if (!type.starts_with("Int")) return std::to_string(value);
    return std::to_string(static_cast<int64_t>(value << (64 - 8 * size)) >> (64 - 8 * size));
  }
  uint64_t bits(size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
      value |= uint64_t{static_cast<unsigned char>(bytes_.at(at_++))} << (8 * i);
    }
    return value;
  }

  std::string bytes_;
  size_t at_ = 0;
  std::map<std::string, std::string> values_;
};

TEST(ShippedReport, RowHasAValueForEveryColumnInItsType) {
  const ReceivedReport report = shipped_example();
  const TypedRow row(row_of(report, {-5, 20'001, 77}));
  EXPECT_TRUE(row.is_used_up());
  EXPECT_EQ(row["id_high"], std::to_string(0x0102030405060708));
  EXPECT_EQ(row["id_low"], std::to_string(0x090A0B0C0D0E0F10));
  EXPECT_EQ(row["day"], "20000");
  EXPECT_EQ(row["weight"], "50");
  EXPECT_EQ(row["exposure_ms"], "60000");
  EXPECT_EQ(row["cell_seconds"], "2500,500,");
  EXPECT_EQ(row["cell_glitches"], "100,50,");
  EXPECT_EQ(row["causes"], "sched,");
  EXPECT_EQ(row["stalls_us"], "900,");
  EXPECT_EQ(row["token"], "-5");
  EXPECT_EQ(row["install"], std::to_string(static_cast<int64_t>(report.install)));
  EXPECT_EQ(row["is_kept"], "1");
  EXPECT_EQ(row["body"], "{}");
  const std::string bucket = row["bucket"];
  EXPECT_EQ(row["cell_keys"], std::to_string(100 * std::stoi(bucket) + 39) + "," +
                                  std::to_string(100 * std::stoi(bucket)) + ",");
}

TEST(ShippedReport, ArrivalRisesWithDayAndThenWithNumber) {
  const auto arrival = [](int64_t day, int64_t number) {
    return std::stoull(TypedRow(row_of(shipped_example(), {0, day, number}))["arrival"]);
  };
  EXPECT_LT(arrival(100, 2), arrival(100, 3));
  EXPECT_LT(arrival(100, 1'000'000'000), arrival(101, 1));
}

TEST(ShippedReport, KeyComesFromTheReportAloneAndNamesItsColumnsOnce) {
  const std::string one = row_of(shipped_example(), {1, 100, 1});
  const std::string other = row_of(shipped_example(), {2, 200, 9});
  EXPECT_EQ(one.substr(0, 20), other.substr(0, 20));  // both halves of the id, and the day
  std::set<std::string> names;
  for (const ShippedColumn& column : shipped_columns()) names.insert(column.name);
  EXPECT_EQ(names.size(), shipped_columns().size());
}

TEST(ShippedReport, InstallationsOfTwoAppsHaveTwoKeys) {
  EXPECT_NE(install_key("a", 1), install_key("b", 1));
  EXPECT_NE(install_key("a", 1), install_key("a", 2));
  EXPECT_NE(install_key("a", 0), 0U);
}

}  // namespace
}  // namespace holdfast
