// grape-demo: a reverse dictionary, from nothing to a killed process, in some seconds. It works in
// a folder of its own below the system's temporary one and removes it at the end, whatever happens
// short of being killed itself.
//
// Exit codes: 0 all is as it should be; 1 something failed, or the figures of exact search were not
// reached; 2 the command line is wrong.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>

#include "chapters.h"

namespace {

// What exact search finds of the 100 described words.
constexpr demo::Found kExpected{40, 64, 70};

constexpr const char* kHelp =
    "usage: grape-demo [--keep DIR] [--data DIR]\n"
    "\n"
    "Imports 15,017 word definitions into a vector database, searches them by meaning, closes and\n"
    "opens it, kills a process that writes to one, and says how fast it all was.\n"
    "\n"
    "  --keep DIR   make the databases in DIR, which must not exist yet, and leave them there\n"
    "  --data DIR   read the example's data from DIR\n"
    "  --help       this text\n"
    "\n"
    "Exit codes: 0 all went well; 1 something failed or was not found; 2 wrong usage.\n";

struct Options {
    std::string program;
    std::string data = GRAPE_DEMO_DATA;
    std::string keep;
    std::string victim;  // the database to import into, in the process that is going to be killed
    bool help = false;
};

// Nothing when the command line is wrong.
std::optional<Options> read_options(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; i++) {
        const std::string name = arguments[i];
        if (name == "--help") {
            options.help = true;
            continue;
        }
        std::string* target = name == "--keep"        ? &options.keep
                              : name == "--data"      ? &options.data
                              : name == "--be-killed" ? &options.victim
                                                      : nullptr;
        if (target == nullptr || i + 1 == count) return std::nullopt;
        *target = arguments[++i];
    }
    std::error_code ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    options.program = ignored ? arguments[0] : self.string();
    return options;
}

// The folder that the databases lie in.
class Workplace {
  public:
    explicit Workplace(const std::string& keep) : keep_(!keep.empty()), path_(keep) {
        if (keep_) {
            if (!std::filesystem::create_directory(path_)) {
                throw std::runtime_error(keep + ": is there already; give a name that is free");
            }
            return;
        }
        std::string name = (std::filesystem::temp_directory_path() / "grape-demo-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error(name + ": " + std::strerror(errno));
        }
        path_ = name;
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    ~Workplace() {
        std::error_code ignored;
        if (!keep_) std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const char* name) const {
        return (std::filesystem::path(path_) / name).string();
    }

  private:
    bool keep_;
    std::string path_;
};

void print_title(demo::Terminal& out) {
    out.line();
    out.line(out.styled(demo::Terminal::kPurple, "Grape " + std::string(grape_version())) +
             ", an embedded vector database: the demo");
    out.line(out.styled(demo::Terminal::kDim, grape_build_info()));
}

bool is_exact(const demo::Found& found) {
    return found.first == kExpected.first && found.in_five == kExpected.in_five &&
           found.in_ten == kExpected.in_ten;
}

int run_demo(const Options& options) {
    demo::Terminal out;
    const demo::Stopwatch watch;
    const demo::Dictionary dictionary = demo::load_dictionary(options.data);
    const Workplace workplace(options.keep);
    const std::string path = workplace.file("words.grape");
    print_title(out);

    grape::Database db = demo::must(grape::Database::open(path), "making a database");
    demo::show_import(db, dictionary, out);
    demo::show_searches(db, dictionary, out);
    demo::show_search_by_example(db, dictionary, out);
    demo::show_mistakes(db, dictionary, out);
    const demo::Found found = demo::show_figures(db, dictionary, out);
    demo::show_reopening(db, path, dictionary, out);
    demo::show_kill(options.program, options.data, workplace.file("killed.grape"), dictionary, out);
    demo::must(db.close(), "closing");

    out.line();
    if (!is_exact(found)) {
        out.line(out.styled(demo::Terminal::kRed,
                            "Exact search finds 40 first, 64 in five and 70 in "
                            "ten; this was something else."));
        return 1;
    }
    out.line(out.styled(demo::Terminal::kGreen, "All of it held.") + " It took " +
             demo::duration(watch.seconds()) + ".");
    if (!options.keep.empty()) out.line("The databases are in " + options.keep + ".");
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::optional<Options> options = read_options(count, arguments);
    if (!options || options->help) {
        std::fputs(kHelp, options ? stdout : stderr);
        return options ? 0 : 2;
    }
    try {
        if (options->victim.empty()) return run_demo(*options);
        return demo::run_victim(options->victim, demo::load_dictionary(options->data));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "\ngrape-demo: %s\n", failure.what());
        return 1;
    }
}
