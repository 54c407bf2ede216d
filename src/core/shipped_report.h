// SPDX-License-Identifier: MIT
// A field report as one row of a column store. Everything that statistics need is a number in a
// column of its own, so that a question reads few bytes of each of ten million rows; the report
// itself is the last column, which only a look at this one report reads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/received_report.h"
#include "core/row_binary.h"

namespace holdfast {

/// A column by its name and its type in ClickHouse.
struct ShippedColumn {
  const char* name;
  const char* type;
};

/// In the order of a row. A later version may add columns at the end, and never changes one.
std::span<const ShippedColumn> shipped_columns();

/// What a report does not say itself.
struct ShippedContext {
  int64_t token = 0;         ///< The same for one secret in every collector.
  int64_t received_day = 0;  ///< Since 1970.
  int64_t number = 0;        ///< In its inbox; rises as reports come.
};

/// One number for an app and one of its installations: grouping by it is eight times faster than
/// by both of them. Never 0.
uint64_t install_key(std::string_view app, uint64_t install);

/// Appends a session's report, which came as `text`.
void add_row(RowBinaryWriter& rows, const ReceivedReport& report, const ShippedContext& context,
             std::string_view text);

}  // namespace holdfast
