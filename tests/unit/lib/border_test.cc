// SPDX-License-Identifier: MIT
#include "lib/border.h"

#include <gtest/gtest.h>

#include <new>

namespace holdfast::lib {
namespace {

/// As an older header knew it, and with something else behind it.
struct OldCounts {
  size_t struct_size = 2 * sizeof(int64_t);
  int64_t minor = 3;
  int64_t not_ours = 77;
};

TEST(Border, AnOlderCallersStructIsReadAsFarAsItGoes) {
  OldCounts old;
  hf_fault_counts known;
  ASSERT_TRUE(take(known, reinterpret_cast<const hf_fault_counts*>(&old)));
  EXPECT_EQ(known.minor, 3);
  EXPECT_EQ(known.major, 0);
}

TEST(Border, NothingIsWrittenBehindAnOlderCallersStruct) {
  OldCounts old;
  hf_fault_counts counts = {sizeof counts, 5, 6};
  give(counts, reinterpret_cast<hf_fault_counts*>(&old));
  EXPECT_EQ(old.minor, 5);
  EXPECT_EQ(old.not_ours, 77);
  EXPECT_EQ(old.struct_size, 2 * sizeof(int64_t));
}

TEST(Border, WhatANewerCallerHasMoreIsLeftAlone) {
  struct {
    hf_fault_counts known = {sizeof(hf_fault_counts) + sizeof(int64_t), 0, 0};
    int64_t newer = 77;
  } newer;
  give(hf_fault_counts{0, 5, 6}, &newer.known);
  EXPECT_EQ(newer.known.major, 6);
  EXPECT_EQ(newer.newer, 77);
}

TEST(Border, AStructWithoutItsSizeIsRefused) {
  hf_fault_counts counts = {};
  EXPECT_FALSE(read_struct(&counts));
  EXPECT_FALSE(read_struct<hf_fault_counts>(nullptr));
}

TEST(Border, AStructThatEndsWithinAMemberIsRefused) {
  hf_fault_counts counts = {sizeof counts - 1, 0, 0};
  EXPECT_FALSE(read_struct(&counts));
  counts.struct_size = sizeof(size_t) + 1;
  EXPECT_FALSE(read_struct(&counts));
}

TEST(Border, NoExceptionCrosses) {
  EXPECT_EQ(guarded([]() -> Result<> { throw std::bad_alloc(); }), HF_ERROR_SYSTEM);
  EXPECT_EQ(guarded([]() -> Result<> { return usage("so"); }), HF_ERROR_USAGE);
  EXPECT_EQ(error_text(), "so");
  EXPECT_EQ(guarded([]() -> Result<> { return Done{}; }), HF_OK);
  EXPECT_EQ(error_text(), "");
}

/// Sizes of released structs never shrink, and members never move: these numbers are the promise.
TEST(Border, StructsHaveTheLayoutThatProgramsWereBuiltWith) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "the numbers are those of 64 bits";
  EXPECT_EQ(sizeof(hf_protect_options), 96U);
  EXPECT_EQ(sizeof(hf_protect_kind), 32U);
  EXPECT_EQ(sizeof(hf_protect_report), 576U);
  EXPECT_EQ(sizeof(hf_gap_detector_options), 24U);
  EXPECT_EQ(sizeof(hf_block), 64U);
  EXPECT_EQ(sizeof(hf_placement), 48U);
  EXPECT_EQ(sizeof(hf_loss), 64U);
  EXPECT_EQ(sizeof(hf_stream_totals), 88U);
  EXPECT_EQ(sizeof(hf_fault_counts), 24U);
  EXPECT_EQ(sizeof(hf_evict_request), 48U);
  EXPECT_EQ(sizeof(hf_evict_result), 120U);
  EXPECT_EQ(sizeof(hf_residency), 72U);
  EXPECT_EQ(sizeof(hf_report_program), 40U);
  EXPECT_EQ(sizeof(hf_report_settings), 32U);
  EXPECT_EQ(sizeof(hf_report_session), 64U);
  EXPECT_EQ(sizeof(hf_report_counts), 64U);
  EXPECT_EQ(sizeof(hf_report_delivery), 32U);
  EXPECT_EQ(sizeof(hf_report_outcome), 40U);
  EXPECT_EQ(offsetof(hf_report_session, backend), 48U);
  EXPECT_EQ(offsetof(hf_protect_report, kinds), 64U);
  EXPECT_EQ(offsetof(hf_block, planes), 48U);
  EXPECT_EQ(offsetof(hf_loss, source), 52U);
}

}  // namespace
}  // namespace holdfast::lib
