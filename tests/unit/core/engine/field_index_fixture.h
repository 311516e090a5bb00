// What the tests of field indexes share: points whose payloads a map knows, questions about them,
// and what must come back. Threads: one.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {

inline FilterPtr filter_of(std::string_view json) {
    auto request = decode_request_json(
        base::cat(R"({"count_points":{"collection_name":"points","filter":)", json, "}}"), {});
    EXPECT_TRUE(request.ok()) << json;
    return std::get<CountPoints>(request->body).filter;
}

inline std::string payload_of(const std::string& word, uint64_t number) {
    const std::string json =
        base::cat(R"({"w":")", word, R"(","n":[)", number, ",", number + 1, "]}");
    return base::encode_payload_value(*base::parse_json(json));
}

inline constexpr std::string_view kWords[] = {"red", "green", "blue"};

// What the points must be.
struct Known {
    std::string word;
    uint64_t number = 0;
};
using Points = std::map<uint64_t, Known>;
using Ids = std::vector<uint64_t>;

// One filter with what it means.
struct Question {
    std::string filter;
    std::function<bool(const Known&)> matches;
};
inline std::vector<Question> questions() {
    std::vector<Question> out;
    for (const std::string_view word : kWords) {
        out.push_back({base::cat(R"({"must":{"key":"w","match":{"value":")", word, R"("}}})"),
                       [word](const Known& each) { return each.word == word; }});
        out.push_back({base::cat(R"({"must_not":{"key":"w","match":{"value":")", word, R"("}}})"),
                       [word](const Known& each) { return each.word != word; }});
    }
    for (const uint64_t number : {1u, 4u, 8u}) {
        out.push_back({base::cat(R"({"must":{"key":"n","match":{"value":)", number, "}}}"),
                       [number](const Known& each) {
                           return each.number == number || each.number + 1 == number;
                       }});
        out.push_back({base::cat(R"({"must":{"key":"n","range":{"gt":)", number,
                                 R"(}},"must_not":{"key":"w","match":{"value":"red"}}})"),
                       [number](const Known& each) {
                           return each.number + 1 > number && each.word != "red";
                       }});
    }
    return out;
}
inline Ids matching(const Points& points, const Question& question) {
    Ids out;
    for (const auto& [id, known] : points) {
        if (question.matches(known)) out.push_back(id);
    }
    return out;
}
inline Ids ids_of(const ScrollReply& reply) {
    Ids out;
    for (const ReplyPoint& each : reply.points) out.push_back(each.id.as_number());
    return out;
}

inline ScrollPoints scroll_of(const std::string& filter) {
    ScrollPoints out;
    out.collection = "points";
    out.limit = 1'000'000;
    out.with_payload.kind = WithPayload::Kind::none;
    out.filter = filter_of(filter);
    return out;
}

inline CreateFieldIndex index_on(const std::string& path, index::FieldKind kind) {
    CreateFieldIndex out;
    out.collection = "points";
    out.field = *base::JsonPath::parse(path, "field_name");
    out.schema.kind = kind;
    return out;
}
inline DeleteFieldIndex no_index_on(const std::string& path) {
    return {"points", *base::JsonPath::parse(path, "field_name")};
}

inline UpsertPoints points_with(uint64_t first, uint64_t count, const std::string& word,
                                uint64_t number, Points& points) {
    UpsertPoints out = pairs("points", first, count);
    for (uint64_t i = 0; i < count; ++i) {
        const Known known{word, (number + i) % 10};
        out.points[i].payload = payload_of(known.word, known.number);
        points[first + i] = known;
    }
    return out;
}

}  // namespace grape::engine
