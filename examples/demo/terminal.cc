#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace demo {
namespace {

constexpr std::size_t kNarrowest = 60;
constexpr std::size_t kWidest = 110;
constexpr std::size_t kNameColumns = 26;
constexpr std::size_t kBarColumns = 30;

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool has_utf8_locale() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (!is_set(name)) continue;
        const std::string value = std::getenv(name);
        return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
    return false;
}

std::size_t terminal_columns() {
    winsize size = {};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidest;
    return size.ws_col;
}

void write_out(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; i++) out += text;
    return out;
}

}  // namespace

Terminal::Terminal() {
    const char* kind = std::getenv("TERM");
    const bool dumb = kind == nullptr || std::strcmp(kind, "dumb") == 0;
    live_ = isatty(STDOUT_FILENO) != 0 && !dumb;
    colour_ = live_ && !is_set("NO_COLOR");
    unicode_ = live_ && has_utf8_locale();
    if (live_) width_ = std::clamp(terminal_columns(), kNarrowest, kWidest);
}

std::string Terminal::styled(std::string_view style, std::string_view text) const {
    if (!colour_ || style.empty() || text.empty()) return std::string(text);
    return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

void Terminal::heading(std::string_view text) {
    const std::size_t used = columns_of(text) + 1;
    const std::string rule = repeated(unicode_ ? "─" : "-", width_ > used ? width_ - used : 0);
    if (!last_empty_) line();
    line(styled(kPurple, text) + " " + styled(kDim, rule));
    line();
}

// Each line goes out at once, so that a log which is cut off still has what was done.
void Terminal::line(std::string_view text) {
    write_out(text);
    write_out("\n");
    std::fflush(stdout);
    last_empty_ = text.empty();
}

void Terminal::wrapped(std::string_view text) {
    const std::size_t room = width_ - 2;
    while (columns_of(text) > room) {
        const std::size_t blank = text.substr(0, room + 1).rfind(' ');
        const std::size_t end = blank == std::string_view::npos || blank == 0 ? room : blank;
        line("  " + std::string(text.substr(0, end)));
        text.remove_prefix(std::min(text.size(), end == blank ? end + 1 : end));
    }
    line("  " + std::string(text));
}

void Terminal::edges(std::string_view left, std::string_view right, std::string_view style) {
    const std::string cut = fitted(left, width_ - std::min(width_, columns_of(right) + 2));
    const std::size_t gap = width_ - std::min(width_, columns_of(cut) + columns_of(right));
    line(styled(style, cut) + repeated(" ", gap) + styled(kDim, right));
}

void Terminal::fact(std::string_view name, std::string_view value, std::string_view remark) {
    const std::string text = "  " + padded(name, kNameColumns) + styled(kStrong, value);
    const std::size_t used = 2 + kNameColumns + columns_of(value) + 2;
    if (remark.empty()) {
        line(text);
    } else if (used + columns_of(remark) <= width_) {
        line(text + "  " + styled(kDim, remark));
    } else {
        line(text);
        const std::string cut = fitted(remark, width_ - 2);
        const std::size_t indent = std::min(2 + kNameColumns, width_ - columns_of(cut));
        line(repeated(" ", indent) + styled(kDim, cut));
    }
}

void Terminal::progress(std::size_t done, std::size_t total, double seconds) {
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const std::string text = grouped(done) + " of " + grouped(total) + " points, " +
                             grouped(static_cast<std::uint64_t>(rate)) + "/s";
    if (live_) {
        draw_bar(done, total, text);
        return;
    }
    const std::size_t thirds = done * 3 / total;
    if (thirds > thirds_told_) line("  " + text);
    thirds_told_ = done == total ? 0 : thirds;
}

void Terminal::draw_bar(std::size_t done, std::size_t total, const std::string& text) {
    const std::size_t full = kBarColumns * done / total;
    const std::string bar = styled(kPurple, repeated(unicode_ ? "█" : "#", full)) +
                            styled(kDim, repeated(unicode_ ? "░" : ".", kBarColumns - full));
    write_out("\r\x1b[K  " + bar + "  " + fitted(text, width_ - kBarColumns - 5));
    if (done == total) write_out("\n");
    std::fflush(stdout);
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string fixed(double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", digits, number);
    return text;
}

std::string duration(double seconds) {
    if (seconds < 1e-3) return fixed(seconds * 1e6, 0) + " us";
    if (seconds < 1) return fixed(seconds * 1e3, 2) + " ms";
    return fixed(seconds, 2) + " s";
}

std::string fitted(std::string_view text, std::size_t width) {
    static constexpr std::string_view kCut = "...";
    if (columns_of(text) <= width) return std::string(text);
    std::size_t columns = 0;
    std::size_t at = 0;
    const std::size_t room = width - std::min(width, kCut.size());
    for (; at < text.size(); at++) {
        if (!is_continuation(text[at]) && columns++ == room) break;
    }
    return std::string(text.substr(0, at)) +
           std::string(kCut.substr(0, std::min<std::size_t>(width, 3)));
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out = fitted(text, width);
    return out + repeated(" ", width - std::min(width, columns_of(out)));
}

}  // namespace demo
