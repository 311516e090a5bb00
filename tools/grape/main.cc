// grape, the command line: finds the command, runs it, and says what went wrong. It knows the
// database by grape.h alone, but for `inspect`, which reads the files as they are.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>

#include "tools/grape/arguments.h"
#include "tools/grape/output.h"
#include "tools/grape/pages.h"

namespace grape::cli {
namespace {

// The known command that is most like a mistyped one; nothing when none is near.
std::string similar_command(const std::string& typed) {
    for (const Command& command : commands()) {
        const std::string name = command.name;
        const bool begins = name.starts_with(typed) || typed.starts_with(name);
        std::string left = typed, right = name;
        std::sort(left.begin(), left.end());
        std::sort(right.begin(), right.end());
        if (!command.hidden && (begins || left == right)) return name;
    }
    return "";
}

[[noreturn]] void unknown_command(const std::string& typed) {
    const std::string similar = similar_command(typed);
    throw Failure(Exit::usage, "there is no command '" + typed + "'; " +
                                   (similar.empty() ? "" : "did you mean " + similar + "? ") +
                                   "`grape --help` lists them");
}

Exit run_command(const std::string& name, std::vector<std::string> words, Output& out) {
    const Command* command = find_command(name);
    if (command == nullptr) unknown_command(name);
    const Arguments arguments(*command, std::move(words));
    Exit result = Exit::ok;
    if (arguments.has("help")) {
        out.page(help_text(*command));
    } else {
        result = command->run(arguments, out);
    }
    out.finish();
    return result;
}

Exit run_program(std::vector<std::string> words, Output& out) {
    if (words.empty()) {
        std::fputs(help_text().c_str(), stderr);
        return Exit::usage;
    }
    const std::string first = words[0];
    words.erase(words.begin());
    if (first == "--help" || first == "-h") {
        out.page(help_text());
    } else if (first == "--version") {
        out.line(out.json() ? "{\"version\":\"" + std::string(grape_version()) + "\"}"
                            : "grape " + std::string(grape_version()));
    } else {
        return run_command(first, std::move(words), out);
    }
    out.finish();
    return Exit::ok;
}

// Whether errors are to be JSON; asked before the command line is known to be right.
bool wants_json(const std::vector<std::string>& words) {
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--json" || word == "-j"; });
}

Exit report(const Failure& failure, bool json) {
    const std::string text = json ? failure.to_json() : "grape: " + for_terminal(failure.message());
    std::fprintf(stderr, "%s\n", text.c_str());
    return failure.code();
}

Exit run_guarded(const std::vector<std::string>& words) {
    const bool json = wants_json(words);
    Output out(json);
    try {
        return run_program(words, out);
    } catch (const Failure& failure) {
        return report(failure, json);
    } catch (const std::bad_alloc&) {
        return report(Failure(Exit::no_memory, "memory is short"), json);
    } catch (const std::exception& error) {
        return report(Failure(Exit::internal, error.what()), json);
    }
}

}  // namespace
}  // namespace grape::cli

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    return static_cast<int>(grape::cli::run_guarded(words));
}
