// Every JSON example of docs/requests.md is a request that the decoder accepts.
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

std::vector<std::string> examples_of(const std::string& path) {
    std::ifstream page(path);
    std::vector<std::string> examples;
    std::string line;
    bool inside = false;
    while (std::getline(page, line)) {
        if (line == "```json") {
            inside = true;
            examples.emplace_back();
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            examples.back() += line + "\n";
        }
    }
    return examples;
}

TEST(RequestsPage, every_example_is_decoded) {
    const std::vector<std::string> examples = examples_of(GRAPE_REQUESTS_PAGE);
    ASSERT_GE(examples.size(), 30u);
    for (const std::string& example : examples) EXPECT_EQ(error_of(example), "ok") << example;
}

// The message about an unknown operation lists all operations; each must be on the page.
TEST(RequestsPage, every_operation_has_an_example) {
    std::set<std::string> shown;
    for (const std::string& example : examples_of(GRAPE_REQUESTS_PAGE)) {
        const base::Result<base::JsonValue> root = base::parse_json(example);
        ASSERT_TRUE(root.ok()) << example;
        for (const auto& member : root->members()) shown.insert(member.first);
    }
    const std::string message = error_of(R"({"x":{}})");
    std::istringstream names(message.substr(message.find("known are") + 10));
    size_t count = 0;
    for (std::string name; names >> name; ++count) {
        EXPECT_TRUE(shown.count(name) == 1) << name << " is not in docs/requests.md";
    }
    EXPECT_GT(count, 30u);
}

}  // namespace
}  // namespace grape::engine
