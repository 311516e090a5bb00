#include "tools/grape/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "tools/grape/output.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

constexpr double kDrawSeconds = 0.1;
constexpr double kLogSeconds = 10;
constexpr size_t kBarWidth = 24;
constexpr size_t kColumnsDefault = 80;

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

size_t terminal_columns() {
    struct winsize size = {};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsDefault;
    return size.ws_col;
}

std::string percent(double part) {
    return std::to_string(static_cast<int>(part * 100)) + " %, ";
}

// "9 s", "2 min 5 s", "1 h 12 min".
std::string time_text(double seconds) {
    const auto whole = static_cast<uint64_t>(std::ceil(seconds));
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600)
        return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

Progress::Progress(uint64_t total, bool shown)
    : total_(total),
      shown_(shown),
      terminal_(::isatty(STDERR_FILENO) != 0),
      started_(now_seconds()),
      last_shown_(started_) {}

double Progress::seconds() const {
    return now_seconds() - started_;
}

void Progress::update(uint64_t done, double part) {
    if (!shown_) return;
    const double now = now_seconds();
    if (terminal_) {
        if (!drawn_ || now - last_shown_ >= kDrawSeconds) draw(done, part, now);
    } else {
        log(done, part, now);
    }
}

std::string Progress::words(uint64_t done, double part, double now) const {
    const double seconds = now - started_;
    std::string text = grouped(done);
    if (total_ > 0) text += " of " + grouped(total_);
    text += " points";
    if (seconds > 0) {
        text += ", " + grouped(static_cast<uint64_t>(static_cast<double>(done) / seconds)) + "/s";
    }
    if (part > 0 && part < 1 && seconds > 0)
        text += ", " + time_text(seconds / part * (1 - part)) + " left";
    return text;
}

void Progress::draw(uint64_t done, double part, double now) {
    std::string text;
    if (part >= 0) {
        const auto filled = static_cast<size_t>(std::min(part, 1.0) * kBarWidth);
        text = cat("[", std::string(filled, '#'));
        text += cat(std::string(kBarWidth - filled, '.'), "] ", percent(part));
    }
    text += words(done, part, now);
    // A line that wraps would not be overwritten.
    text.resize(std::min(text.size(), terminal_columns() - 1));
    std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
    std::fflush(stderr);
    last_shown_ = now;
    drawn_ = true;
}

void Progress::log(uint64_t done, double part, double now) {
    const int quarter = static_cast<int>(part * 4);
    const bool first = part < 0 && !logged_;
    if (!first && quarter <= quarters_ && now - last_shown_ < kLogSeconds) return;
    quarters_ = std::max(quarter, quarters_);
    const std::string text = (part < 0 ? "" : percent(part)) + words(done, part, now);
    std::fprintf(stderr, "import: %s\n", text.c_str());
    last_shown_ = now;
    logged_ = true;
}

void Progress::clear() {
    if (drawn_) std::fprintf(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace grape::cli
