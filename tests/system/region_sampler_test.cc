// SPDX-License-Identifier: MIT
// The region sampler against a child that pushes its pages out and touches them again. Leaves
// nothing behind: files and children end with their test.
#include "probe/region_sampler_linux.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "core/text_lines.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"
#include "tests/support/child_process.h"

namespace holdfast {
namespace {

using test::Child;

constexpr size_t kAreaPages = 64;

size_t area_bytes() {
  return kAreaPages * probe::page_bytes();
}

/// A file on a disk, mapped privately and removed; nullptr on tmpfs, whose pages cannot leave.
unsigned char* mapped_file() {
  constexpr int kTmpfs = 0x01021994;
  char name[] = "/var/tmp/holdfast-region-test-XXXXXX";
  const probe::FileDescriptor file(mkostemp(name, O_CLOEXEC));
  unlink(name);
  struct statfs where = {};
  if (fstatfs(file.number(), &where) != 0 || where.f_type == kTmpfs) return nullptr;
  const std::vector<char> content(area_bytes(), 'x');
  if (write(file.number(), content.data(), content.size()) < 0) return nullptr;
  fsync(file.number());  // dirty pages do not leave
  void* const area = mmap(nullptr, area_bytes(), PROT_READ, MAP_PRIVATE, file.number(), 0);
  return area == MAP_FAILED ? nullptr : static_cast<unsigned char*>(area);
}

void touch(const unsigned char* area) {
  for (size_t i = 0; i < kAreaPages; ++i) {
    static_cast<void>(*static_cast<const volatile unsigned char*>(area + i * probe::page_bytes()));
  }
}

/// Pages that were just written need some tries.
char push_out(unsigned char* area) {
  std::vector<unsigned char> in_core;
  for (int attempt = 0; attempt < 100; ++attempt) {
    madvise(area, area_bytes(), MADV_PAGEOUT);
    const auto begin = reinterpret_cast<uintptr_t>(area);
    if (!probe::read_own_core(begin, area_bytes(), in_core)) return 'n';
    if (std::none_of(in_core.begin(), in_core.end(), [](auto page) { return (page & 1) != 0; })) {
      return 'y';
    }
    usleep(10'000);
    touch(area);  // only what is mapped can be pushed out
  }
  return 'n';
}

/// 't': touch, 'o': push out, 'u': unmap.
std::function<char(char)> obey_with(unsigned char* area) {
  return [area](char command) {
    if (command == 'o') return push_out(area);
    if (command == 'u') return munmap(area, area_bytes()) == 0 ? 'y' : 'n';
    touch(area);
    return 'y';
  };
}

std::vector<Region> area_of(pid_t pid, const unsigned char* area) {
  const auto mappings = probe::read_mappings(pid);
  const Mapping* const mapping =
      mappings ? find_mapping(*mappings, reinterpret_cast<uintptr_t>(area)) : nullptr;
  if (mapping == nullptr) return {};
  return {Region{RegionKind::kFile, "file of the test", {*mapping}, true}};
}

/// The records of the next look, however long the sampler wants to wait for it.
std::vector<ResidencyRecord> next_look(probe::RegionSampler& sampler) {
  std::vector<Record> facts;
  for (int i = 0; i < 10'000 && facts.empty(); ++i) {
    usleep(5000);
    sampler.look(facts);
  }
  std::vector<ResidencyRecord> records;
  for (const Record& fact : facts) records.push_back(record_cast<ResidencyRecord>(fact));
  return records;
}

std::vector<std::string> lines_of(const std::vector<Record>& facts) {
  TextLines lines;
  std::vector<std::string> whole;
  for (const Record& fact : facts) {
    if (const auto line = lines.take(fact)) whole.emplace_back(*line);
  }
  return whole;
}

TEST(RegionSampler, PagesThatLeaveAndComeBackAreCounted) {
  unsigned char* const area = mapped_file();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child(obey_with(area));
  ASSERT_EQ(child.ask('t'), 'y');
  auto sampler = probe::RegionSampler::open(child.pid());
  ASSERT_TRUE(sampler);
  std::vector<Record> names;
  sampler->lay_out(area_of(child.pid(), area), names);
  EXPECT_EQ(lines_of(names), std::vector<std::string>{"region 0 file file of the test"});
  const auto before = next_look(*sampler);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].pages, kAreaPages);
  EXPECT_EQ(before[0].used, kAreaPages);
  EXPECT_EQ(before[0].out, 0U);
  ASSERT_EQ(child.ask('o'), 'y');
  const auto without = next_look(*sampler);
  ASSERT_EQ(without.size(), 1U);
  EXPECT_EQ(without[0].out, kAreaPages);
  EXPECT_EQ(without[0].file_only + without[0].unknown, kAreaPages);
  ASSERT_EQ(child.ask('t'), 'y');
  const auto back = next_look(*sampler);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].out, 0U);
  munmap(area, area_bytes());
}

TEST(RegionSampler, RegionThatVanishesHasNoPagesAndKeepsItsNumber) {
  unsigned char* const area = mapped_file();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child(obey_with(area));
  ASSERT_EQ(child.ask('t'), 'y');
  auto sampler = probe::RegionSampler::open(child.pid());
  ASSERT_TRUE(sampler);
  const std::vector<Region> regions = area_of(child.pid(), area);
  std::vector<Record> facts;
  sampler->lay_out(regions, facts);
  ASSERT_EQ(next_look(*sampler).size(), 1U);
  ASSERT_EQ(child.ask('u'), 'y');
  facts.clear();
  sampler->lay_out({}, facts);
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(record_cast<ResidencyRecord>(facts[0]).pages, 0U);
  facts.clear();
  sampler->lay_out(regions, facts);
  EXPECT_TRUE(facts.empty()) << "it was named already";
  munmap(area, area_bytes());
}

TEST(RegionSampler, WhatIsTooLargeIsPassedOverAndSaid) {
  Child child([](char) { return 'y'; });
  ASSERT_EQ(child.ask('x'), 'y');
  auto sampler = probe::RegionSampler::open(child.pid());
  ASSERT_TRUE(sampler);
  Mapping huge;
  huge.begin = size_t{1} << 40;
  huge.end = huge.begin + (probe::RegionSampler::kMostPages + 1) * probe::page_bytes();
  std::vector<Record> facts;
  sampler->lay_out({Region{RegionKind::kHeap, "heap", {huge}, true}}, facts);
  EXPECT_EQ(lines_of(facts), std::vector<std::string>{"passed_over 1 32769"});
}

TEST(RegionSampler, ProcessThatEndsIsLookedAtNoMore) {
  Child child([](char) { return 'y'; });
  ASSERT_EQ(child.ask('x'), 'y');
  auto sampler = probe::RegionSampler::open(child.pid());
  ASSERT_TRUE(sampler);
  const auto mappings = probe::read_mappings(child.pid());
  ASSERT_TRUE(mappings);
  std::vector<Record> facts;
  sampler->lay_out(classify_regions(*mappings, "", {}), facts);
  EXPECT_FALSE(next_look(*sampler).empty());
  const pid_t pid = child.pid();
  child.end();
  facts.clear();
  for (int i = 0; i < 100; ++i) {
    usleep(5000);
    sampler->look(facts);
  }
  sampler->lay_out(classify_regions(*mappings, "", {}), facts);
  sampler->look(facts);
  EXPECT_TRUE(facts.empty());
  EXPECT_FALSE(probe::RegionSampler::open(pid));
}

TEST(RegionSampler, ProcessOfSomebodyElseIsRefusedInWords) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  constexpr uid_t kNobody = 65534;
  Child root([](char) { return 'y'; });
  Child nobody([&root](char) {
    if (setgid(kNobody) != 0 || setuid(kNobody) != 0) return 'n';
    const auto sampler = probe::RegionSampler::open(root.pid());
    return !sampler && sampler.error().kind == ErrorKind::kUnavailable ? 'y' : 'n';
  });
  EXPECT_EQ(nobody.ask('r'), 'y');
}

/// The memory of this process is asked about as it is: views of its files would be regions, too.
TEST(RegionSampler, LookingAtOneselfMapsNothing) {
  auto sampler = probe::RegionSampler::open(getpid());
  ASSERT_TRUE(sampler);
  const auto files_of = [](const std::vector<Mapping>& mappings) {
    return std::count_if(mappings.begin(), mappings.end(),
                         [](const Mapping& mapping) { return mapping.inode != 0; });
  };
  const auto before = probe::read_mappings(getpid());
  ASSERT_TRUE(before);
  std::vector<Record> facts;
  sampler->lay_out(classify_regions(*before, "", {}), facts);
  EXPECT_FALSE(next_look(*sampler).empty());
  const auto after = probe::read_mappings(getpid());
  ASSERT_TRUE(after);
  EXPECT_EQ(files_of(*after), files_of(*before));
}

}  // namespace
}  // namespace holdfast
