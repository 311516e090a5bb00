#include "tools/grape/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

namespace grape::cli {
namespace {

// CLI11 takes "[a,b]" for a list of two words; with this in front it is one.
constexpr char kShield = '\1';

void shield(std::vector<std::string>& words) {
    for (std::string& word : words) {
        if (word.starts_with('[') || word.starts_with(kShield)) word.insert(word.begin(), kShield);
    }
}

void unshield(std::vector<std::string>& words) {
    for (std::string& word : words) {
        if (word.starts_with(kShield)) word.erase(word.begin());
    }
}

std::string spelled(const Option& option) {
    std::string names = "--" + std::string(option.name);
    if (option.letter != '\0') names = "-" + std::string(1, option.letter) + "," + names;
    return names;
}

std::string joined(const std::vector<const char*>& words) {
    std::string text;
    for (size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

using Values = std::map<std::string, std::vector<std::string>>;

void add_option(CLI::App& app, const Option& option, Values& values,
                std::map<std::string, bool>& flags) {
    if (option.value == Value::none) {
        app.add_flag(spelled(option), flags[option.name]);
        return;
    }
    CLI::Option* added = app.add_option(spelled(option), values[option.name]);
    // One value each: the shell's next word, whatever it looks like.
    added->expected(1)->allow_extra_args(false);
    added->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll
                                               : CLI::MultiOptionPolicy::Throw);
}

}  // namespace

Arguments::Arguments(const Command& command, std::vector<std::string> words) : command_(command) {
    parse(std::move(words));
    if (has("help")) return;
    check_required();
    check_choices();
}

void Arguments::parse(std::vector<std::string> words) {
    CLI::App app;
    app.set_help_flag();
    std::map<std::string, bool> flags;
    Values values;
    for (const Option& option : command_.options) add_option(app, option, values, flags);
    for (const Option& option : common_options()) add_option(app, option, values, flags);
    for (const Argument& argument : command_.arguments) {
        CLI::Option* added = app.add_option(argument.name, values[argument.name]);
        added->expected(argument.repeated ? -1 : 1)->allow_extra_args(argument.repeated);
    }
    shield(words);
    std::reverse(words.begin(), words.end());
    try {
        app.parse(words);
    } catch (const CLI::ExtrasError&) {
        std::string names;
        for (const std::string& word : app.remaining()) {
            names = word + (names.empty() ? "" : " ") + names;
        }
        throw wrong("unknown option, or one argument too many: " + names);
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string text = error.what();
        const bool twice = text.find("received") != std::string::npos;
        throw wrong(text.substr(0, text.find(':')) +
                    (twice ? ": may be given only once" : ": needs a value behind it"));
    } catch (const CLI::ParseError& error) {
        throw wrong(error.what());
    }
    for (auto& [name, given] : values) {
        unshield(given);
        if (!given.empty()) values_[name] = std::move(given);
    }
    for (const auto& [name, given] : flags) {
        if (given) values_[name] = {"true"};
    }
}

void Arguments::check_required() const {
    for (const Argument& argument : command_.arguments) {
        if (argument.required && !has(argument.name)) {
            throw wrong(std::string(argument.name) + ": is missing (" + argument.help + ")");
        }
    }
}

void Arguments::check_choices() const {
    const auto check = [&](const std::string& shown, const char* name,
                           const std::vector<const char*>& choices) {
        for (const std::string& given : list(name)) {
            const bool known = std::any_of(choices.begin(), choices.end(),
                                           [&](const char* choice) { return given == choice; });
            if (!known && !choices.empty()) {
                throw wrong(shown + ": expected " + joined(choices) + ", got '" + given + "'");
            }
        }
    };
    for (const Option& option : command_.options) {
        check("--" + std::string(option.name), option.name, option.choices);
    }
    for (const Argument& argument : command_.arguments) {
        check(argument.name, argument.name, argument.choices);
    }
}

std::string Arguments::text(std::string_view name) const {
    return text_or(name, "");
}

std::string Arguments::text_or(std::string_view name, std::string other) const {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? other : found->second.front();
}

std::vector<std::string> Arguments::list(std::string_view name) const {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::optional<uint64_t> Arguments::number(std::string_view name, uint64_t least,
                                          uint64_t most) const {
    if (!has(name)) return std::nullopt;
    const std::string given = text(name);
    uint64_t value = 0;
    const auto end = std::from_chars(given.data(), given.data() + given.size(), value);
    if (end.ec != std::errc() || end.ptr != given.data() + given.size() || value < least ||
        value > most) {
        throw wrong("--" + std::string(name) + ": expected a whole number from " +
                    std::to_string(least) + " to " + std::to_string(most) + ", got '" + given +
                    "'");
    }
    return value;
}

std::optional<double> Arguments::real(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    const std::string given = text(name);
    double value = 0;
    const auto end = std::from_chars(given.data(), given.data() + given.size(), value);
    if (end.ec != std::errc() || end.ptr != given.data() + given.size() || !std::isfinite(value)) {
        throw wrong("--" + std::string(name) + ": expected a number, got '" + given + "'");
    }
    return value;
}

Failure Arguments::wrong(const std::string& what) const {
    return Failure(Exit::usage, what + "; see `grape " + command_.name + " --help`");
}

}  // namespace grape::cli
