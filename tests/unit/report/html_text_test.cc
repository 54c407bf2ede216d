// SPDX-License-Identifier: MIT
#include "report/html_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(HtmlText, NameStaysText) {
  EXPECT_EQ(html_text("</script><script>alert('1')</script>"),
            "&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
  EXPECT_EQ(html_text(R"(a" onload="x & y)"), "a&quot; onload=&quot;x &amp; y");
  EXPECT_EQ(html_text("bell\x07"), "bell?");
}

TEST(HtmlText, JsonCannotEndItsElement) {
  EXPECT_EQ(script_json(R"({"name":"</script><!--"})"), R"({"name":"\u003c/script>\u003c!--"})");
  EXPECT_EQ(script_json(R"({"a":[1,2]})"), R"({"a":[1,2]})");
}

}  // namespace
}  // namespace holdfast
