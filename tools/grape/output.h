// Where results go: stdout, as text or (`--json`) as one JSON value. Progress, hints and errors go
// to stderr.
//
// Threads: one thread.
// What must stay true: text that comes from a database cannot steer the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grape::cli {

class Output {
  public:
    explicit Output(bool json) : json_(json) {}

    bool json() const { return json_; }
    // One line of the result.
    void line(std::string_view text);
    // Lines of our own, as they are.
    void page(std::string_view text);
    // A hint for a person, on stderr; left out with --json.
    void hint(std::string_view text) const;
    // Columns that line up; the last one is not padded. The first row is the head.
    void table(const std::vector<std::vector<std::string>>& rows);
    // Writes everything out. Throws Failure when stdout cannot be written.
    void finish();

  private:
    void write_out();

    bool json_;
    std::string waiting_;
};

// The text with control characters as escapes.
std::string for_terminal(std::string_view text);
// "12.3 MB"; "17 bytes".
std::string bytes_text(unsigned long long bytes);
// 1234567 as "1,234,567".
std::string grouped(unsigned long long number);

}  // namespace grape::cli
