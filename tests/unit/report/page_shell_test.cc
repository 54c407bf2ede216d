// SPDX-License-Identifier: MIT
#include "report/page_shell.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(PageShell, PolicyLetsNothingInButTheThreePartsOfThePage) {
  const std::string shell(page_shell());
  EXPECT_TRUE(test::mentions(shell, "default-src 'none'; script-src 'sha256-"));
  EXPECT_FALSE(test::mentions(shell, "unsafe"));
  EXPECT_FALSE(test::mentions(shell, "@SCRIPT")) << "a part was not put in";
  EXPECT_FALSE(test::mentions(shell, "src=\"")) << "the page would load something";
}

TEST(PageShell, LicenceOfTheLibraryStandsBesideIt) {
  EXPECT_TRUE(test::mentions(std::string(page_shell()), "https://github.com/leeoniya/uPlot (v1."));
}

TEST(PageShell, PartsAreNotSearchedForPlaces) {
  const std::string html = page_html({"{{body}}", "<p>{{json}}</p>", R"({"a":"{{title}}"})"});
  EXPECT_TRUE(test::mentions(html, "<title>{{body}}</title>"));
  EXPECT_TRUE(test::mentions(html, "<p>{{json}}</p>"));
  EXPECT_TRUE(test::mentions(html, R"({"a":"{{title}}"}</script>)"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
}

}  // namespace
}  // namespace holdfast
