#include <algorithm>

#include "tools/grape/pages.h"
#include "tools/grape/run.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

constexpr size_t kWidth = 90;
constexpr size_t kIndent = 2;

// Words filled into lines of kWidth; all lines but the first begin with `indent` blanks.
std::string filled(std::string_view text, size_t indent, size_t column) {
    std::string out;
    while (!text.empty()) {
        const size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (column > indent && column + 1 + word.size() > kWidth) {
            out += cat("\n", std::string(indent, ' '));
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + "\n";
}

// "  left        right, filled".
std::string entry(const std::string& left, std::string_view right, size_t column) {
    std::string out = std::string(kIndent, ' ') + left;
    const size_t room = kIndent + left.size() + 2;
    if (room > column) {
        out += cat("\n", std::string(column, ' '));
    } else {
        out.append(column - kIndent - left.size(), ' ');
    }
    return out + filled(right, column, column);
}

std::string option_names(const Option& option) {
    std::string text = option.letter == '\0' ? "    " : std::string("-") + option.letter + ", ";
    text += cat("--", option.name);
    if (option.value != Value::none) text += cat(" ", option.shown);
    return text;
}

size_t column_for(const std::vector<std::string>& lefts) {
    size_t column = 0;
    for (const std::string& left : lefts) column = std::max(column, kIndent + left.size() + 2);
    return std::min<size_t>(column, 28);
}

std::string examples_text(std::span<const Example> examples) {
    std::string out = "\nExamples:\n";
    for (const Example& example : examples) {
        if (example.what[0] != '\0') out += "  # " + std::string(example.what) + "\n";
        out += "  " + std::string(example.line) + "\n";
    }
    return out;
}

std::string options_text(const Command& command) {
    std::vector<std::string> lefts;
    for (const Option& option : command.options) lefts.push_back(option_names(option));
    for (const Option& option : common_options()) lefts.push_back(option_names(option));
    const size_t column = column_for(lefts);
    std::string out = "\nOptions:\n";
    for (const Option& option : command.options) {
        out += entry(option_names(option), option.help, column);
    }
    for (const Option& option : common_options()) {
        out += entry(option_names(option), option.help, column);
    }
    return out;
}

}  // namespace

std::string usage_line(const Command& command) {
    std::string text = "grape " + std::string(command.name);
    for (const Argument& argument : command.arguments) {
        const std::string name = argument.name + std::string(argument.repeated ? "..." : "");
        text += argument.required ? " " + name : " [" + name + "]";
    }
    return text + " [OPTION...]";
}

std::string help_text(const Command& command) {
    std::string out = "usage: " + usage_line(command) + "\n\n" + command.summary + "\n";
    out[out.find(command.summary)] = static_cast<char>(out[out.find(command.summary)] - 'a' + 'A');
    out.back() = '.';
    out.push_back('\n');
    for (const char* paragraph : command.text) out += cat("\n", filled(paragraph, 0, 0));
    if (!command.arguments.empty()) {
        std::vector<std::string> lefts;
        for (const Argument& argument : command.arguments) lefts.emplace_back(argument.name);
        out += "\nArguments:\n";
        for (const Argument& argument : command.arguments) {
            out += entry(argument.name, argument.help, column_for(lefts));
        }
    }
    out += options_text(command);
    if (!command.examples.empty()) out += examples_text(command.examples);
    return out;
}

std::string help_text() {
    std::string out =
        "grape keeps vectors with their payloads in a directory and finds the nearest ones.\n\n"
        "usage: grape COMMAND [ARGUMENT...] [OPTION...]\n\nCommands:\n";
    std::vector<std::string> names;
    for (const Command& command : commands()) names.emplace_back(command.name);
    for (const Command& command : commands()) {
        if (!command.hidden) out += entry(command.name, command.summary, column_for(names));
    }
    out += "\nOptions:\n";
    out += entry("-h, --help", "this text; after a command, all about it", 17);
    out += entry("    --version", "the version of grape", 17);
    out += examples_text(first_steps());
    out += "\nExit codes:\n";
    for (const ExitInfo& info : exit_codes()) {
        out += entry(std::to_string(static_cast<int>(info.code)), info.meaning, 7);
    }
    return out;
}

Exit run_help(const Arguments& arguments, Output& out) {
    if (!arguments.has("COMMAND")) {
        out.page(help_text());
        return Exit::ok;
    }
    const Command* command = find_command(arguments.text("COMMAND"));
    if (command == nullptr) {
        throw Failure(Exit::usage, "COMMAND: there is no command '" + arguments.text("COMMAND") +
                                       "'; `grape --help` lists them");
    }
    out.page(help_text(*command));
    return Exit::ok;
}

Exit run_man(const Arguments&, Output& out) {
    out.page(man_page());
    return Exit::ok;
}

Exit run_completions(const Arguments& arguments, Output& out) {
    out.page(completions(arguments.text("SHELL")));
    return Exit::ok;
}

}  // namespace grape::cli
