// For tests of docs/formats/: a hex dump as those pages show it, and the dumps that a page has.
// With GRAPE_UPDATE=1 in the environment the tests write the dumps into the pages instead of
// comparing; look at the difference before it is committed. Threads: free functions.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace grape::testing_support {

// Lines of 16 bytes: "0010  00 01 ...  |text|". Lines of zeros between others are left out: "*".
inline std::string hex_dump(std::string_view bytes) {
    constexpr size_t kLine = 16;
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    bool skipping = false;
    for (size_t at = 0; at < bytes.size(); at += kLine) {
        const std::string_view line = bytes.substr(at, kLine);
        const bool inner = at != 0 && at + kLine < bytes.size();
        if (inner && line.find_first_not_of('\0') == std::string_view::npos) {
            if (!skipping) out += "*\n";
            skipping = true;
            continue;
        }
        skipping = false;
        for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(at >> shift) & 15];
        std::string text;
        for (const char c : line) {
            const auto byte = static_cast<unsigned char>(c);
            out.append(text.size() % 8 == 0 ? "  " : " ");
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
            text += byte >= 32 && byte < 127 ? c : '.';
        }
        out += "  |" + text + "|\n";
    }
    return out;
}

// What stands in the page between "```hex NAME" and "```"; empty when there is no such block.
inline std::string dump_of_page(const std::string& path, const std::string& name) {
    std::ifstream page(path);
    std::string out;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (inside && line == "```") return out;
        if (inside) out += line + "\n";
        if (line == "```hex " + name) inside = true;
    }
    return out;
}

// Puts `dump` in the place of the block's lines.
inline void replace_dump(const std::string& path, const std::string& name,
                         const std::string& dump) {
    std::ifstream in(path);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    in.close();
    const std::string opening = "```hex " + name + "\n";
    const size_t found = text.find(opening);
    ASSERT_NE(found, std::string::npos) << path << " has no block `" << name << "`";
    const size_t begin = found + opening.size();
    text.replace(begin, text.find("```", begin) - begin, dump);
    std::ofstream(path) << text;
}

// The block `name` of the page shows exactly these bytes.
inline void expect_dump(const std::string& path, const std::string& name, std::string_view bytes) {
    const std::string dump = hex_dump(bytes);
    if (std::getenv("GRAPE_UPDATE") != nullptr) return replace_dump(path, name, dump);
    EXPECT_EQ(dump_of_page(path, name), dump) << path << ", block `" << name << "`";
}

}  // namespace grape::testing_support
