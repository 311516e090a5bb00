#include "tools/grape/line_reader.h"

#include <algorithm>
#include <vector>

namespace grape::cli {
namespace {

constexpr size_t kReadBytes = 1u << 18;
// More than the largest point can need: 4 MiB of payload and 64 vectors of 65536 numbers come
// close.
constexpr size_t kLineBytesMax = 128u << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool LineReader::fill() {
    if (ended_) return false;
    buffer_.erase(0, begin_);
    begin_ = 0;
    const size_t there = buffer_.size();
    buffer_.resize(there + kReadBytes);
    const size_t got = file_.read_some(buffer_.data() + there, kReadBytes);
    buffer_.resize(there + got);
    bytes_read_ += got;
    ended_ = got == 0;
    return !ended_;
}

bool LineReader::next(std::string_view& line) {
    size_t searched = 0;  // behind begin_; not looked at twice
    size_t end = std::string::npos;
    while (true) {
        end = buffer_.find('\n', begin_ + searched);
        if (end != std::string::npos) break;
        searched = buffer_.size() - begin_;
        if (searched > kLineBytesMax) {
            ++line_number_;
            throw wrong("is longer than 128 MiB");
        }
        if (!fill()) break;
    }
    if (end == std::string::npos && begin_ == buffer_.size()) return false;
    const size_t stop = end == std::string::npos ? buffer_.size() : end;
    line = std::string_view(buffer_).substr(begin_, stop - begin_);
    begin_ = end == std::string::npos ? stop : stop + 1;
    if (++line_number_ == 1 && line.starts_with(kByteOrderMark)) {
        line.remove_prefix(kByteOrderMark.size());
    }
    return true;
}

Failure LineReader::wrong(const std::string& what) const {
    return file_.wrong("line " + std::to_string(line_number_) + ": " + what);
}

base::JsonParts LineReader::object(std::string_view line) const {
    base::Result<base::JsonParts> read = base::split_json(line);
    if (!read.ok()) throw wrong(read.status().message());
    if (read->value.kind != base::JsonKind::object) throw wrong("expected a JSON object");
    return std::move(read).value();
}

uint64_t count_lines(const std::string& path) {
    InputFile file(path);
    std::vector<char> buffer(kReadBytes);
    uint64_t lines = 0;
    char last = '\n';
    while (const size_t got = file.read_some(buffer.data(), buffer.size())) {
        lines += static_cast<uint64_t>(
            std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
        last = buffer[got - 1];
    }
    return lines + (last == '\n' ? 0 : 1);
}

}  // namespace grape::cli
