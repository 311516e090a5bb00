// grape create.
#include <array>
#include <charconv>

#include "tools/grape/run.h"
#include "tools/grape/session.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

// What one vector is like, in the words of the command line.
struct VectorSpec {
    uint64_t dim = 0;
    std::string distance = "cosine";
    std::string type = "float32";
    std::string memory = "cached";

    std::string json() const {
        std::string name = distance;
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        return "{\"size\":" + std::to_string(dim) + ",\"distance\":\"" + name +
               "\",\"datatype\":\"" + type + "\",\"memory\":\"" + memory + "\"}";
    }
};

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
    for (const char* known : words) {
        if (word == known) return true;
    }
    return false;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts = {""};
    for (const char c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back().push_back(c);
        }
    }
    return parts;
}

// "image:512:dot:float16:cold" as a member of `vectors`.
std::string named_vector(const Arguments& arguments, const std::string& spec) {
    const std::vector<std::string> parts = split(spec, ':');
    const std::string where = "--vector " + spec + ": ";
    VectorSpec vector;
    if (parts.size() < 2) throw arguments.wrong(where + "expected NAME:DIM");
    const char* end = parts[1].data() + parts[1].size();
    const auto parsed = std::from_chars(parts[1].data(), end, vector.dim);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        throw arguments.wrong(where + "expected a number of dimensions, got '" + parts[1] + "'");
    }
    for (size_t i = 2; i < parts.size(); ++i) {
        if (is_one_of(parts[i], {"cosine", "dot", "euclid", "manhattan"})) {
            vector.distance = parts[i];
        } else if (is_one_of(parts[i], {"float32", "float16", "uint8"})) {
            vector.type = parts[i];
        } else if (is_one_of(parts[i], {"cached", "pinned", "cold"})) {
            vector.memory = parts[i];
        } else {
            throw arguments.wrong(where + "'" + parts[i] + "' is no distance, type or placement");
        }
    }
    return quote(parts[0]) + ":" + vector.json();
}

std::string vectors_json(const Arguments& arguments) {
    const std::vector<std::string> named = arguments.list("vector");
    const std::optional<uint64_t> dim = arguments.number("dim");
    if (named.empty() == !dim.has_value()) {
        throw arguments.wrong("--dim or --vector: exactly one of them is needed");
    }
    if (dim) {
        VectorSpec vector;
        vector.dim = *dim;
        vector.distance = arguments.text_or("distance", vector.distance);
        vector.type = arguments.text_or("type", vector.type);
        vector.memory = arguments.text_or("memory", vector.memory);
        return vector.json();
    }
    for (const char* option : {"distance", "type", "memory"}) {
        if (arguments.has(option)) {
            throw arguments.wrong("--" + std::string(option) +
                                  ": goes with --dim; say it in --vector NAME:DIM:...");
        }
    }
    std::string json;
    for (const std::string& spec : named) {
        json += cat(json.empty() ? "{" : ",", named_vector(arguments, spec));
    }
    return json + "}";
}

}  // namespace

Exit run_create(const Arguments& arguments, Output& out) {
    const std::string vectors = vectors_json(arguments);
    const std::string collection = arguments.text("COLLECTION");
    Session session(arguments, Access::create);
    session.request(request_text("create_collection", collection, "\"vectors\":" + vectors));
    session.close();
    if (out.json()) {
        out.line("{\"created\":" + quote(collection) + "}");
    } else {
        out.line("made collection '" + collection + "' in " + arguments.text("DATABASE"));
    }
    return Exit::ok;
}

}  // namespace grape::cli
