// SPDX-License-Identifier: MIT
#include "report/experiment_figures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(ExperimentFigures, RowsHaveLabelEstimateAndWords) {
  const std::vector<IntervalRow> rows = {{"<none>", 60, {50, 72}, "60 (50 to 72)"},
                                         {"all", 0, {0, INFINITY}, "0"}};
  const std::string svg = rate_figure(rows, "rates");
  EXPECT_TRUE(test::mentions(svg, "&lt;none&gt;")) << svg;
  EXPECT_TRUE(test::mentions(svg, "60 (50 to 72)")) << svg;
  EXPECT_FALSE(test::mentions(svg, "inf")) << svg;
  EXPECT_FALSE(test::mentions(svg, "nan")) << svg;
}

TEST(ExperimentFigures, RatiosWithoutAnyGlitchAreNotDrawnAsANumber) {
  const std::vector<IntervalRow> rows = {{"all", NAN, {0, INFINITY}, "?"}};
  const std::string svg = ratio_figure(rows, "ratios");
  EXPECT_FALSE(test::mentions(svg, "<circle")) << svg;
  EXPECT_TRUE(test::mentions(svg, "class=\"one\"")) << svg;
  EXPECT_FALSE(test::mentions(svg, "nan")) << svg;
}

TEST(ExperimentFigures, BlockThatDoesNotCountIsHollow) {
  ExperimentResult result;
  result.design.arms = {LockArm::kNone, LockArm::kAll};
  std::vector<BlockResult> blocks(2);
  blocks[0].seconds = 10;
  blocks[0].page_fault_glitches = 5;
  blocks[1].arm = 1;
  blocks[1].trouble = "its program ended";
  const std::string svg = blocks_figure(result, blocks);
  EXPECT_TRUE(test::mentions(svg, "block 1, none: 30.0 a minute")) << svg;
  EXPECT_TRUE(test::mentions(svg, "class=\"void\"><title>block 2, all: its program ended")) << svg;
}

}  // namespace
}  // namespace holdfast
