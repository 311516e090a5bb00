#include "tools/grape/output.h"

#include <errno.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "tools/grape/failure.h"

namespace grape::cli {
namespace {

constexpr size_t kWaitingBytesMax = 1u << 16;

// Characters, not bytes: continuation bytes take no room.
size_t width(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    }));
}

}  // namespace

void Output::line(std::string_view text) {
    waiting_ += json_ ? std::string(text) : for_terminal(text);
    waiting_ += '\n';
    if (waiting_.size() > kWaitingBytesMax) write_out();
}

void Output::page(std::string_view text) {
    waiting_ += text;
}

void Output::hint(std::string_view text) const {
    if (!json_) std::fprintf(stderr, "%s\n", for_terminal(text).c_str());
}

void Output::table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> widths;
    for (const std::vector<std::string>& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(for_terminal(row[i])));
        }
    }
    for (const std::vector<std::string>& row : rows) {
        std::string text;
        for (size_t i = 0; i < row.size(); ++i) {
            const std::string cell = for_terminal(row[i]);
            text += cell;
            if (i + 1 < row.size()) text.append(widths[i] - width(cell) + 2, ' ');
        }
        text.erase(text.find_last_not_of(' ') + 1);
        line(text);
    }
}

void Output::write_out() {
    const size_t written = std::fwrite(waiting_.data(), 1, waiting_.size(), stdout);
    if (written != waiting_.size()) throw system_failure("cannot write", "stdout", errno);
    waiting_.clear();
}

void Output::finish() {
    write_out();
    if (std::fflush(stdout) != 0) throw system_failure("cannot write", "stdout", errno);
}

std::string for_terminal(std::string_view text) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        // U+0080 to U+009F steer terminals too.
        const bool second = c == 0xC2 && next >= 0x80 && next < 0xA0;
        if (c < 0x20 || c == 0x7F || second) {
            const unsigned char code = second ? next : c;
            out += "\\u00";
            out.push_back(kDigits[code >> 4]);
            out.push_back(kDigits[code & 15]);
            if (second) ++i;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string bytes_text(unsigned long long bytes) {
    constexpr std::array kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    double size = static_cast<double>(bytes) / 1000;
    size_t unit = 0;
    for (; size >= 999.95 && unit + 1 < kUnits.size(); ++unit) size /= 1000;
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f %s", size, kUnits[unit]);
    return text;
}

std::string grouped(unsigned long long number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
        text.push_back(digits[i]);
    }
    return text;
}

}  // namespace grape::cli
