// A text file, line by line; pipes too.
//
// Threads: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "tools/grape/vector_file.h"

namespace grape::cli {

class LineReader {
  public:
    explicit LineReader(const std::string& path) : file_(path) {}

    // The next line without its end; valid until the next call. False at the end of the file.
    bool next(std::string_view& line);
    // Of the line that was read last, from 1.
    uint64_t line_number() const { return line_number_; }
    uint64_t bytes_read() const { return bytes_read_; }
    const InputFile& file() const { return file_; }
    const std::string& path() const { return file_.path(); }
    // "FILE: line 17: what".
    Failure wrong(const std::string& what) const;
    // The line as a JSON object and its members, or a Failure that says what it is instead.
    base::JsonParts object(std::string_view line) const;

  private:
    bool fill();

    InputFile file_;
    std::string buffer_;
    size_t begin_ = 0;  // of what is not given yet, in the buffer
    uint64_t line_number_ = 0;
    uint64_t bytes_read_ = 0;
    bool ended_ = false;
};

// How many lines a file has; the last one may lack its end.
uint64_t count_lines(const std::string& path);

}  // namespace grape::cli
