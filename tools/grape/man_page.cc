// The man page, grape(1), in mdoc(7).
#include <algorithm>

#include "tools/grape/pages.h"

namespace grape::cli {
namespace {

// Text for roff: a backslash, and a dot or quote at the beginning of a line, mean nothing there.
std::string roff(std::string_view text) {
    std::string out;
    if (!text.empty() && (text[0] == '.' || text[0] == '\'')) out += "\\&";
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\'') {
            out += "\\(aq";
        } else if (c == '`') {
            out += "\\(ga";
        } else {
            out += c;
        }
    }
    return out;
}

constexpr size_t kLineBytesMax = 78;

// Plain words; each sentence begins a line, as mdoc wants it, and lines stay short.
std::string prose(std::string_view text) {
    std::string out, line;
    const auto end_line = [&] {
        if (!line.empty()) out += roff(line) + "\n";
        line.clear();
    };
    while (!text.empty()) {
        const size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        // Escapes make a line longer than it looks.
        const size_t size = roff(line).size() + 1 + roff(word).size();
        if (!line.empty() && size > kLineBytesMax) end_line();
        if (!line.empty()) line += ' ';
        line += word;
        if (word.ends_with(".") || word.ends_with(":")) end_line();
    }
    end_line();
    return out;
}

std::string option_item(const Option& option) {
    std::string out = ".It ";
    if (option.letter != '\0') out += "Fl " + std::string(1, option.letter) + " , ";
    out += "Fl \\-" + roff(option.name);
    if (option.value != Value::none) out += " Ar " + std::string(option.shown);
    return out + "\n" + prose(option.help);
}

std::string synopsis(const Command& command) {
    std::string out = ".Nm\n.Cm " + std::string(command.name) + "\n";
    for (const Argument& argument : command.arguments) {
        out += argument.required ? ".Ar " : ".Op Ar ";
        out += std::string(argument.name) + (argument.repeated ? " ...\n" : "\n");
    }
    return out + ".Op Ar option ...\n";
}

std::string command_section(const Command& command) {
    std::string out = ".Ss " + std::string(command.name) + "\n" + synopsis(command) + ".Pp\n";
    std::string summary = command.summary;
    summary[0] = static_cast<char>(summary[0] - 'a' + 'A');
    out += prose(summary + ".");
    for (const char* paragraph : command.text) out += ".Pp\n" + prose(paragraph);
    if (!command.options.empty()) {
        out += ".Bl -tag -width Ds\n";
        for (const Option& option : command.options) out += option_item(option);
        out += ".El\n";
    }
    return out;
}

std::string examples_section() {
    std::string out = ".Sh EXAMPLES\n";
    const auto add = [&](const Example& example) {
        std::string what = example.what;
        if (what.empty()) return;
        what[0] = static_cast<char>(what[0] - 'a' + 'A');
        out +=
            roff(what) + ":\n.Bd -literal -offset indent\n" + roff(example.line) + "\n.Ed\n.Pp\n";
    };
    for (const Example& example : first_steps()) add(example);
    for (const Command& command : commands()) {
        for (const Example& example : command.examples) add(example);
    }
    out.erase(out.rfind(".Pp\n"));
    return out;
}

}  // namespace

std::string man_page() {
    std::string out =
        ".\\\" Made by `grape man` from the table of commands.\n"
        ".Dd $Mdocdate$\n.Dt GRAPE 1\n.Os\n.Sh NAME\n.Nm grape\n"
        ".Nd embedded vector database on the command line\n.Sh SYNOPSIS\n"
        ".Nm\n.Ar command\n.Op Ar argument ...\n.Op Ar option ...\n.Nm\n.Fl \\-version\n"
        ".Sh DESCRIPTION\n.Nm\nkeeps vectors with their payloads in a directory and finds the "
        "nearest ones.\nResults go to stdout, progress and errors to stderr.\n.Pp\n"
        "These options belong to each command:\n.Bl -tag -width Ds\n";
    for (const Option& option : common_options()) out += option_item(option);
    out += ".El\n.Sh COMMANDS\n";
    for (const Command& command : commands()) {
        if (!command.hidden) out += command_section(command);
    }
    out += ".Sh EXIT STATUS\n.Bl -tag -width Ds\n";
    for (const ExitInfo& info : exit_codes()) {
        out += ".It " + std::to_string(static_cast<int>(info.code)) + "\n" + prose(info.meaning);
    }
    out += ".El\n";
    return out + examples_section();
}

}  // namespace grape::cli
