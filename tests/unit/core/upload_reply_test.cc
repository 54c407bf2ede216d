// SPDX-License-Identifier: MIT
#include "core/upload_reply.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(UploadReply, LinesAnswerForEachReport) {
  const UploadReply reply = parse_upload_reply(
      "{\"id\":\"a\",\"status\":\"stored\"}\n{\"id\":\"b\",\"status\":\"duplicate\"}\n"
      "{\"id\":\"c\",\"status\":\"refused\",\"why\":\"cells: too many\"}\n"
      "{\"id\":\"d\",\"status\":\"retry\"}\n{\"id\":null,\"status\":\"refused\"}\n");
  ASSERT_EQ(reply.reports.size(), 4U);
  EXPECT_EQ(reply.reports.at("a").verdict, ReportVerdict::kDelivered);
  EXPECT_EQ(reply.reports.at("b").verdict, ReportVerdict::kDelivered);
  EXPECT_EQ(reply.reports.at("c").verdict, ReportVerdict::kRefused);
  EXPECT_EQ(reply.reports.at("c").why, "cells: too many");
  EXPECT_EQ(reply.reports.at("d").verdict, ReportVerdict::kRetry);
  EXPECT_FALSE(reply.clean_weight);
}

TEST(UploadReply, AnArrayWithBlanksIsReadAsWell) {
  const UploadReply reply = parse_upload_reply(
      "{ \"reports\" : [ { \"id\" : \"a\", \"status\" : \"accepted\" },\n"
      "  { \"id\": \"b{\", \"status\": \"invalid\", \"why\": \"is \\\"no\\\" JSON\" } ],\n"
      "  \"clean_weight\" : 50 }");
  EXPECT_EQ(reply.reports.at("a").verdict, ReportVerdict::kDelivered);
  EXPECT_EQ(reply.reports.at("b{").verdict, ReportVerdict::kRefused);
  EXPECT_EQ(reply.reports.at("b{").why, "is \"no\" JSON");
  EXPECT_EQ(reply.clean_weight, 50);
}

TEST(UploadReply, WeightsStayWithinBounds) {
  EXPECT_EQ(parse_upload_reply("{\"clean_weight\":0}").clean_weight, 1);
  EXPECT_EQ(parse_upload_reply("{\"clean_weight\":99999999}").clean_weight, 1000);
}

TEST(UploadReply, AnythingMayComeIn) {
  for (const char* body : {"", "}", "{", "\"", "{\"id\":", "<html>{}</html>", "{{{{}}}}", "\\",
                           "{\"id\":\"a\",\"status\":", "{\"id\":\"a\\"}) {
    EXPECT_TRUE(parse_upload_reply(body).reports.empty()) << body;
  }
  const std::string reason(5000, '\x01');
  const UploadReply reply =
      parse_upload_reply("{\"id\":\"a\",\"status\":\"refused\",\"why\":\"" + reason + "\"}");
  EXPECT_EQ(reply.reports.at("a").why, std::string(200, '?'));
}

TEST(UploadReply, AStatusSaysWhoseFaultItIs) {
  EXPECT_EQ(request_verdict(200), RequestVerdict::kAnswered);
  EXPECT_EQ(request_verdict(202), RequestVerdict::kAnswered);
  for (const int status : {0, 100, 204, 408, 429, 500, 502, 503, 599}) {
    EXPECT_EQ(request_verdict(status), RequestVerdict::kLater) << status;
  }
  for (const int status : {400, 409, 413, 422}) {
    EXPECT_EQ(request_verdict(status), RequestVerdict::kTooMuch) << status;
  }
  for (const int status : {301, 401, 403, 404}) {
    EXPECT_EQ(request_verdict(status), RequestVerdict::kMisplaced) << status;
  }
  EXPECT_EQ(request_verdict(415), RequestVerdict::kPlain);
}

}  // namespace
}  // namespace holdfast
