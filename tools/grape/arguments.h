// A command line, taken apart by the table of commands.
//
// Threads: a value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/grape/command.h"

namespace grape::cli {

class Arguments {
  public:
    // `words`: what stands behind the command's name. Throws Failure(Exit::usage).
    Arguments(const Command& command, std::vector<std::string> words);

    const Command& command() const { return command_; }
    bool has(std::string_view name) const { return values_.count(std::string(name)) != 0; }
    // Of an option or argument, by its name in the table; empty when it is not there.
    std::string text(std::string_view name) const;
    std::string text_or(std::string_view name, std::string other) const;
    std::vector<std::string> list(std::string_view name) const;
    std::optional<uint64_t> number(std::string_view name, uint64_t least = 0,
                                   uint64_t most = UINT64_MAX) const;
    std::optional<double> real(std::string_view name) const;

    Failure wrong(const std::string& what) const;

  private:
    void parse(std::vector<std::string> words);
    void check_required() const;
    void check_choices() const;

    const Command& command_;
    std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace grape::cli
