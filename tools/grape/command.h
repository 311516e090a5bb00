// What the program can do, as data: one table of commands, arguments and options. It makes the
// parser, `--help`, the man page and the shells' completions, so that they cannot disagree.
//
// Threads: the table is constant.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/grape/failure.h"

namespace grape::cli {

class Arguments;
class Output;

// What stands behind an option, or as an argument; completions follow it.
enum class Value { none, text, number, real, file, directory, choice };

struct Option {
    const char* name;  // without the two dashes
    const char* help;
    Value value = Value::none;
    const char* shown = "";  // as help names the value
    char letter = '\0';      // a short form, if any
    bool repeated = false;
    std::vector<const char*> choices = {};
};

struct Argument {
    const char* name;
    const char* help;
    Value value = Value::text;
    bool required = true;
    bool repeated = false;  // the last one only
    std::vector<const char*> choices = {};
};

struct Example {
    const char* what;
    const char* line;
};

struct Command {
    const char* name;
    const char* summary;
    std::vector<const char*> text;  // paragraphs
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    std::vector<Example> examples = {};
    Exit (*run)(const Arguments& arguments, Output& out) = nullptr;
    bool hidden = false;
};

std::span<const Command> commands();
// Options that each command has.
std::span<const Option> common_options();
// Nothing when there is none of that name.
const Command* find_command(std::string_view name);

// Examples that show the program as a whole.
std::span<const Example> first_steps();

}  // namespace grape::cli
