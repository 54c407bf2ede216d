// SPDX-License-Identifier: MIT
#include "core/page_owner.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

TEST(PageOwner, EveryRoleHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int role = 0; role <= static_cast<int>(MemoryRole::kUnknown); ++role) {
    names.insert(name_of(static_cast<MemoryRole>(role)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(MemoryRole::kUnknown) + 1);
  EXPECT_EQ(name_of(MemoryRole::kStack), "stack");
  EXPECT_EQ(name_of(MemoryRole::kLibraryConstants), "library read-only data");
  EXPECT_EQ(name_of(MemoryRole::kUnknown), "unknown");
}

TEST(PageOwner, OnlyFilesWithCodeCanHaveSymbols) {
  PageOwner owner;
  owner.path = "/usr/lib/libm.so.6";
  for (const MemoryRole role : {MemoryRole::kText, MemoryRole::kData, MemoryRole::kLibraryText,
                                MemoryRole::kLibraryConstants}) {
    owner.role = role;
    EXPECT_TRUE(owner.is_in_code_file());
  }
  for (const MemoryRole role : {MemoryRole::kFile, MemoryRole::kStack, MemoryRole::kUnknown}) {
    owner.role = role;
    EXPECT_FALSE(owner.is_in_code_file());
  }
  owner.role = MemoryRole::kLibraryText;
  owner.path = "[vdso]";
  EXPECT_FALSE(owner.is_in_code_file());
}

TEST(PageOwner, IsUnknownUntilSomethingIsKnown) {
  EXPECT_EQ(PageOwner().role, MemoryRole::kUnknown);
}

}  // namespace
}  // namespace holdfast
