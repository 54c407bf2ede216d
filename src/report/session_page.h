// SPDX-License-Identifier: MIT
// A run as a page to look at: the verdict first, then numbers, pictures, every glitch, what to
// lock, and how far to trust it. All words and numbers are in the HTML itself, readable without a
// script; the script draws the pictures.
#pragma once

#include <string>

#include "core/session_facts.h"

namespace holdfast {

/// One self-contained file of HTML.
std::string session_page(const SessionFacts& facts);

}  // namespace holdfast
