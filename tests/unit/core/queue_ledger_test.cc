// SPDX-License-Identifier: MIT
#include "core/queue_ledger.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

QueuedReport given_up(char last) {
  return {474'400, 1, QueuedKind::kClean, std::string("018da332-5000-7c3e-9b1d-2f6a5c8e0d1") + last,
          0};
}

TEST(QueueLedger, CountsEachReportOnce) {
  const std::string text =
      ledger_line(Loss::kQuota, given_up('1')) + ledger_line(Loss::kRefused, given_up('2')) +
      ledger_line(Loss::kQuota, given_up('1')) + ledger_line(Loss::kAge, given_up('1'));
  const QueueLedger ledger = parse_queue_ledger(text);
  EXPECT_EQ(ledger.count(Loss::kQuota), 1);
  EXPECT_EQ(ledger.count(Loss::kRefused), 1);
  EXPECT_EQ(ledger.count(Loss::kAge), 0) << "the first reason counts";
  EXPECT_EQ(ledger.count(), 2);
}

TEST(QueueLedger, ALineThatWasCutOffDoesNotCount) {
  const std::string text =
      ledger_line(Loss::kQuota, given_up('1')) + ledger_line(Loss::kQuota, given_up('2'));
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse_queue_ledger(text.substr(0, size)).count(), size < text.size() / 2 ? 0 : 1);
  }
}

TEST(QueueLedger, FoldedItCountsTheSame) {
  const QueueLedger ledger = parse_queue_ledger(ledger_line(Loss::kQuota, given_up('1')) +
                                                ledger_line(Loss::kWithdrawn, given_up('2')));
  const QueueLedger folded = parse_queue_ledger(folded_text(ledger));
  EXPECT_TRUE(folded.reports.empty());
  for (const Loss loss : {Loss::kQuota, Loss::kAge, Loss::kRefused, Loss::kWithdrawn}) {
    EXPECT_EQ(folded.count(loss), ledger.count(loss));
  }
  const QueueLedger more =
      parse_queue_ledger(folded_text(ledger) + ledger_line(Loss::kQuota, given_up('3')));
  EXPECT_EQ(more.count(Loss::kQuota), 2);
}

TEST(QueueLedger, WhatIsNotUnderstoodIsLeftOut) {
  EXPECT_EQ(parse_queue_ledger("nonsense\nquota report x\nquota earlier -7\n\n \nquota\n").count(),
            0);
}

}  // namespace
}  // namespace holdfast
