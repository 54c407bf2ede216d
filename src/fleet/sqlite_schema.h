// SPDX-License-Identifier: MIT
// The tables of a file of field reports, and whether a file is one. Files of other versions are
// refused, older and newer ones: sums made by two rules are worse than none.
#pragma once

#include "base/result.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// Of the tables below. It rises with every change of what a column means.
inline constexpr int64_t kStoreVersion = 1;

/// Makes a new file durable and gives it its tables; checks an old one. Errors: kUnavailable.
Result<> prepare_for_writing(SqliteDatabase& database);

/// Checks that it is one of our files. Errors: kUnavailable, with what to do.
Result<> check_store(SqliteDatabase& database);

}  // namespace holdfast::fleet
