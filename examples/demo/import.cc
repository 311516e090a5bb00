// Import and reopening: how data gets in, and that it is there again.
#include <filesystem>

#include "chapters.h"

namespace demo {
namespace {

void upsert_rows(grape::Database& db, const Dictionary& dictionary, std::size_t begin,
                 std::size_t end) {
    const Matrix& vectors = dictionary.vectors;
    std::vector<std::uint64_t> ids;
    for (std::size_t row = begin; row < end; row++) ids.push_back(row + 1);
    const std::vector<std::string> payloads(
        dictionary.payloads.begin() + static_cast<std::ptrdiff_t>(begin),
        dictionary.payloads.begin() + static_cast<std::ptrdiff_t>(end));
    must(db.upsert(kCollection, ids, {vectors.row(begin), (end - begin) * vectors.dim},
                   static_cast<std::uint32_t>(vectors.dim), payloads),
         "importing points " + std::to_string(begin + 1) + " to " + std::to_string(end));
}

std::uint64_t bytes_below(const std::string& folder) {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
}

}  // namespace

double import_words(grape::Database& db, const Dictionary& dictionary,
                    const std::function<void(std::size_t)>& acknowledged) {
    must(db.create_collection(kCollection, static_cast<std::uint32_t>(dictionary.vectors.dim),
                              grape::Distance::cosine),
         "making the collection");
    const Stopwatch watch;
    for (std::size_t begin = 0; begin < dictionary.size(); begin += kPointsPerRequest) {
        const std::size_t end = std::min(begin + kPointsPerRequest, dictionary.size());
        upsert_rows(db, dictionary, begin, end);
        acknowledged(end);
    }
    return watch.seconds();
}

void show_import(grape::Database& db, const Dictionary& dictionary, Terminal& out) {
    out.heading("Import");
    out.wrapped(grouped(dictionary.size()) +
                " definitions of English words, each with a vector of " +
                std::to_string(dictionary.vectors.dim) + " floats and a payload:");
    out.line("  " + out.styled(Terminal::kDim, fitted(dictionary.payloads[dictionary.size() / 2],
                                                      out.width() - 2)));
    out.line();
    const Stopwatch watch;
    const double seconds = import_words(db, dictionary, [&](std::size_t done) {
        out.progress(done, dictionary.size(), watch.seconds());
    });
    const double rate = static_cast<double>(dictionary.size()) / seconds;
    out.line();
    out.fact("import", grouped(static_cast<std::uint64_t>(rate)) + " points/s",
             "in " + duration(seconds) + ", " + grouped(kPointsPerRequest) +
                 " a request, each on disk before its answer");
}

void show_reopening(grape::Database& db, const std::string& path, const Dictionary& dictionary,
                    Terminal& out) {
    out.heading("Close, and open again");
    const std::size_t question = question_for(dictionary, "wedding");
    Stopwatch watch;
    must(db.close(), "closing");
    const double close_seconds = watch.seconds();
    watch = Stopwatch();
    db = must(grape::Database::open(path), "opening again");
    const auto hits = must(
        db.search(kCollection,
                  {dictionary.question_vectors.row(question), dictionary.question_vectors.dim}, 1),
        "searching");
    const double open_seconds = watch.seconds();
    const std::uint64_t count = must(db.count(kCollection), "counting");
    if (count != dictionary.size() || hits.empty()) {
        throw std::runtime_error("after reopening there are " + grouped(count) + " points");
    }
    out.fact("close", duration(close_seconds));
    out.fact("open and first answer", duration(open_seconds), grouped(count) + " points are there");
    out.fact("size on disk", fixed(static_cast<double>(bytes_below(path)) / 1e6, 1) + " MB");
    out.line();
    show_search(db, dictionary, question, out);
}

}  // namespace demo
