// Completions for bash, zsh and fish: commands, options, their choices, files and directories.
#include "tools/grape/pages.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

// Single quotes as all three shells read them.
std::string shell_quoted(std::string_view text, std::string_view quote_inside) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += quote_inside;
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string words(const std::vector<const char*>& choices) {
    std::string text;
    for (const char* choice : choices) text += cat(text.empty() ? "" : " ", choice);
    return text;
}

std::vector<Option> all_options(const Command& command) {
    std::vector<Option> options = command.options;
    options.insert(options.end(), common_options().begin(), common_options().end());
    return options;
}

std::string command_names() {
    std::string text;
    for (const Command& command : commands()) {
        if (!command.hidden) text += cat(text.empty() ? "" : " ", command.name);
    }
    return text;
}

// --- bash ---

// What may follow an option that wants a value.
std::string bash_value(const Option& option) {
    switch (option.value) {
        case Value::choice:
            return "COMPREPLY=($(compgen -W '" + words(option.choices) + "' -- \"$word\"))";
        case Value::file:
            return "COMPREPLY=($(compgen -f -- \"$word\"))";
        case Value::directory:
            return "COMPREPLY=($(compgen -d -- \"$word\"))";
        default:
            return "COMPREPLY=()";
    }
}

std::string bash_command(const Command& command) {
    std::string names;
    std::string out =
        "        " + std::string(command.name) + ")\n            case \"$before\" in\n";
    for (const Option& option : all_options(command)) {
        names += (names.empty() ? "--" : " --") + std::string(option.name);
        if (option.value == Value::none) continue;
        out += "                --" + std::string(option.name);
        if (option.letter != '\0') out += " | -" + std::string(1, option.letter);
        out += ") " + bash_value(option) + "; return ;;\n";
    }
    return out + "            esac\n            options='" + names + "'\n            ;;\n";
}

std::string bash() {
    std::string out =
        "# Completions of grape for bash; made by `grape completions bash`.\n"
        "_grape() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=''\n"
        "    local IFS=$' \\t\\n'\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        COMPREPLY=($(compgen -W '" +
        command_names() +
        " --help --version' -- \"$word\"))\n"
        "        return\n    fi\n    case \"${COMP_WORDS[1]}\" in\n";
    for (const Command& command : commands()) {
        if (!command.hidden) out += bash_command(command);
    }
    return out +
           "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
           "    elif [ \"${COMP_WORDS[1]}\" = help ]; then\n"
           "        COMPREPLY=($(compgen -W '" +
           command_names() +
           "' -- \"$word\"))\n"
           "    else\n"
           "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "    fi\n}\ncomplete -o filenames -F _grape grape\n";
}

// --- zsh ---

// In a description of _arguments brackets and colons have a meaning.
std::string zsh_description(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(Value value, const std::vector<const char*>& choices) {
    switch (value) {
        case Value::choice:
            return cat("(", words(choices), ")");
        case Value::file:
            return "_files";
        case Value::directory:
            return "_files -/";
        default:
            return " ";
    }
}

std::string zsh_option(const Option& option) {
    const std::string star = option.repeated ? "*" : "";
    std::string spec = cat(star, "--", option.name, "[", zsh_description(option.help), "]");
    if (option.value != Value::none) {
        spec += cat(":", option.shown, ":", zsh_action(option.value, option.choices));
    }
    return shell_quoted(spec, "'\\''");
}

std::string zsh_command(const Command& command) {
    std::string out = "        " + std::string(command.name) + ")\n            _arguments";
    for (const Option& option : all_options(command))
        out += " \\\n                " + zsh_option(option);
    for (const Argument& argument : command.arguments) {
        const std::string place = argument.repeated ? "*" : "";
        out += " \\\n                " +
               shell_quoted(
                   place + ":" + argument.name + ":" + zsh_action(argument.value, argument.choices),
                   "'\\''");
    }
    return out + "\n            ;;\n";
}

std::string zsh() {
    std::string out =
        "#compdef grape\n# Completions of grape for zsh; made by `grape completions zsh`.\n"
        "_grape() {\n    local -a names=(\n";
    for (const Command& command : commands()) {
        if (command.hidden) continue;
        out += "        " +
               shell_quoted(std::string(command.name) + ":" + zsh_description(command.summary),
                            "'\\''") +
               "\n";
    }
    out +=
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command names\n        return\n"
        "    fi\n    local name=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
        "    case $name in\n";
    for (const Command& command : commands()) {
        if (!command.hidden) out += zsh_command(command);
    }
    return out + "    esac\n}\n_grape \"$@\"\n";
}

// --- fish ---

std::string fish_option(const Command& command, const Option& option) {
    std::string out = "complete -c grape -n '__fish_seen_subcommand_from " +
                      std::string(command.name) + "' -l " + option.name;
    if (option.letter != '\0') out += " -s " + std::string(1, option.letter);
    if (option.value == Value::choice) out += " -x -a '" + words(option.choices) + "'";
    if (option.value == Value::file || option.value == Value::directory) out += " -r -F";
    const bool plain =
        option.value == Value::text || option.value == Value::number || option.value == Value::real;
    if (plain) out += " -x";
    return out + " -d " + shell_quoted(option.help, "\\'") + "\n";
}

std::string fish() {
    std::string out =
        "# Completions of grape for fish; made by `grape completions fish`.\n"
        "complete -c grape -n __fish_use_subcommand -l version -d 'the version of grape'\n";
    for (const Command& command : commands()) {
        if (command.hidden) continue;
        out += "complete -c grape -f -n __fish_use_subcommand -a " + std::string(command.name) +
               " -d " + shell_quoted(command.summary, "\\'") + "\n";
        for (const Option& option : all_options(command)) out += fish_option(command, option);
    }
    return out;
}

}  // namespace

std::string completions(std::string_view shell) {
    if (shell == "zsh") return zsh();
    return shell == "fish" ? fish() : bash();
}

}  // namespace grape::cli
