// SPDX-License-Identifier: MIT
#include "report/experiment_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/prove_text.h"
#include "tests/support/session_builder.h"
#include "tests/support/simulated_experiment.h"

namespace holdfast {
namespace {

ExperimentJournal journal_of(const std::vector<double>& rates, const std::string& pressure) {
  ExperimentJournal journal;
  journal.design = test::ten_minutes({LockArm::kNone, LockArm::kAll});
  journal.design.pressure = pressure;
  std::mt19937_64 random(4);
  for (const PlannedBlock& planned : plan_blocks(journal.design)) {
    const double rate = rates[static_cast<size_t>(planned.arm)];
    journal.blocks.push_back(test::simulated_block(planned, journal.design, {rate, 1}, random));
  }
  return journal;
}

TEST(ExperimentPage, BeginsWithTheVerdictOfProve) {
  const std::vector<ExperimentJournal> journals = {journal_of({60, 1}, "psi=30%")};
  const auto views = views_of(journals);
  const std::string page = experiment_page(views);
  EXPECT_TRUE(test::mentions(page, "<h1>Memory pressure causes glitches in this thread")) << page;
  EXPECT_TRUE(test::mentions(page, "Blocks over time"));
  EXPECT_FALSE(test::mentions(page, "Dose and response"));
}

TEST(ExperimentPage, JsonHoldsResultAndEveryBlock) {
  const std::vector<ExperimentJournal> journals = {journal_of({60, 1}, "psi=30%")};
  const auto views = views_of(journals);
  const auto json = nlohmann::json::parse(experiment_report_json(views));
  EXPECT_EQ(json["verdict"], prove_verdict(views[0].result));
  EXPECT_EQ(json["experiments"][0]["result"]["verdict"], "removes");
  EXPECT_EQ(json["experiments"][0]["blocks"].size(), journals[0].blocks.size());
}

TEST(ExperimentPage, SeveralPressuresAreADoseAndItsResponse) {
  const std::vector<ExperimentJournal> journals = {journal_of({10, 1}, "psi=10%"),
                                                   journal_of({60, 1}, "psi=40%")};
  const std::string page = experiment_page(views_of(journals));
  EXPECT_TRUE(test::mentions(page, "Dose and response"));
  EXPECT_TRUE(test::mentions(page, "psi=40%"));
}

TEST(ExperimentPage, ProgramIsShownAndItsHomeIsNotHandedOn) {
  ExperimentJournal journal = journal_of({60, 1}, "psi=30%");
  journal.design.program = {"/home/annabel/bin/synth", "--loud"};
  const std::vector<ExperimentJournal> journals = {journal};
  const auto views = views_of(journals);
  EXPECT_TRUE(test::mentions(experiment_page(views), "/home/annabel/bin/synth --loud"));
  EXPECT_FALSE(test::mentions(experiment_paste_text(views, {}), "annabel"));
}

TEST(ExperimentPage, NothingMeasuredIsNoTrouble) {
  ExperimentJournal journal = journal_of({1, 1}, "none");
  journal.blocks.clear();
  const std::vector<ExperimentJournal> journals = {journal};
  const std::string page = experiment_page(views_of(journals));
  EXPECT_TRUE(test::mentions(page, "nothing can be said yet")) << page.substr(0, 200);
  EXPECT_TRUE(
      test::mentions(experiment_paste_text(views_of(journals), {}), "nothing can be said yet"));
}

}  // namespace
}  // namespace holdfast
