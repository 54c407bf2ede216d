// SPDX-License-Identifier: MIT
// What goes into a diagnosis: the manifest inside it, and the list that is shown before it is
// written.
#pragma once

#include <string>

#include "core/diagnosis.h"

namespace holdfast {

/// Name of the manifest in the archive's folder. It does not list itself.
inline constexpr const char* kManifestName = "manifest.json";

/// One object of schema "holdfast.diagnosis/1".
std::string manifest_json(const Diagnosis& diagnosis);

/// Size, name and content of each member, what is missing and why, and what was taken out of
/// texts; complete lines.
std::string diagnosis_text(const Diagnosis& diagnosis);

}  // namespace holdfast
