// first.cc: the same in C++; a Result holds a value or an error, and nothing throws.
// Build: c++ -std=c++17 first.cc $(pkg-config --cflags --libs grape)
#include <cstdio>
#include <grape/grape.hpp>

int fail(const grape::Error& error) {
    std::fprintf(stderr, "%s: %s\n", error.name(), error.message.c_str());
    return 1;
}

int main() {
    auto db = grape::Database::open("first.grape");
    if (!db) return fail(db.error());

    auto made = db->create_collection("directions", 3, grape::Distance::cosine);
    if (!made && made.error().status != GRAPE_E_EXISTS) return fail(made.error());

    const std::vector<float> vectors = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const std::vector<std::string> payloads = {R"({"name":"east"})", R"({"name":"north"})",
                                               R"({"name":"up"})"};
    auto stored = db->upsert("directions", {1, 2, 3}, vectors, 3, payloads);
    if (!stored) return fail(stored.error());

    // Stored means: on disk, and found by this search.
    auto hits = db->search("directions", {0.9f, 0.4f, 0}, 2);
    if (!hits) return fail(hits.error());
    for (const grape::Hit& hit : *hits) {
        std::printf("%.4f %s\n", hit.score, db->payload("directions", hit.id).value_or("").c_str());
    }
}
