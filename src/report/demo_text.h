// SPDX-License-Identifier: MIT
// The result of `holdfast demo` for people and as JSON.
#pragma once

#include <string>

#include "core/demo_result.h"

namespace holdfast {

/// A table of both counters and one paragraph saying what it shows; complete lines.
std::string demo_text(const DemoResult& result);

/// One object of schema "holdfast.demo/1".
std::string demo_json(const DemoResult& result);

}  // namespace holdfast
