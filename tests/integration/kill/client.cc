#include "tests/integration/kill/client.h"

#include "tests/support/open_with.h"

namespace grape::kill {

namespace {

constexpr uint64_t kCommitsBefore = 1;  // the collection's

base::JsonValue info_of(const base::JsonValue& reply, const char* member) {
    const base::JsonValue* result = reply.find("result");
    const base::JsonValue* found = result == nullptr ? nullptr : result->find(member);
    return found == nullptr ? base::JsonValue() : *found;
}

std::string compare_point(const base::JsonValue& point, uint64_t id, const Written& written) {
    const base::JsonValue* payload = point.find("payload");
    const base::JsonValue* by = payload == nullptr ? nullptr : payload->find("request");
    const base::JsonValue* vector = point.find("vector");
    if (by == nullptr || by->as_unsigned() != written.payload) {
        return base::cat("point ", id, " lacks the payload of request ", written.payload);
    }
    const std::vector<float> wanted = Plan::vector(id, written.vector);
    bool same = vector != nullptr && vector->items().size() == wanted.size();
    for (size_t i = 0; same && i < wanted.size(); ++i) {
        same = static_cast<float>(std::as_const(*vector).items()[i].as_real()) == wanted[i];
    }
    return same ? "" : base::cat("point ", id, " lacks the vector of request ", written.vector);
}

}  // namespace

Client::~Client() {
    if (db_ != nullptr) static_cast<void>(grape_close(db_, nullptr));
}

std::string Client::open(const engine::OpenOptions& options) {
    base::Result<grape_db*> opened = test::open_with(options);
    if (!opened.ok()) return "open: " + opened.status().to_string();
    db_ = *opened;
    return "";
}

std::string Client::close() {
    grape_error error = GRAPE_ERROR_INIT;
    const grape_status status = grape_close(db_, &error);
    db_ = nullptr;
    return status == GRAPE_OK ? "" : std::string("close: ") + error.message;
}

std::string Client::request(const std::string& json, const grape_blob* blobs, size_t count,
                            base::JsonValue* reply) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    const grape_status status =
        grape_request(db_, GRAPE_JSON, json.data(), json.size(), blobs, count, &out, &error);
    if (status != GRAPE_OK) {
        return base::cat(json.substr(0, 80), ": ", grape_status_name(status), ": ", error.message);
    }
    base::Result<base::JsonValue> parsed = base::parse_json({out.data, out.size});
    grape_buffer_release(&out);
    if (!parsed.ok()) return "the reply is no JSON: " + parsed.status().to_string();
    if (reply != nullptr) *reply = std::move(*parsed);
    return "";
}

std::string Client::create_collection() {
    return request(base::cat(R"({"create_collection": {"collection_name": "points", )",
                             R"("vectors": {"size": )", kDim, R"(, "distance": "Euclid"}}})"),
                   nullptr, 0, nullptr);
}

std::string Client::send(const Step& step, uint64_t number) {
    const std::string payload = base::cat(R"({"request": )", number, "}");
    const grape_blob ids = {step.ids.data(), step.ids.size(), 0, GRAPE_U64, 1};
    if (step.kind == StepKind::remove) {
        return request(R"({"delete_points": {"collection_name": "points", )"
                       R"("points": {"blob": 0}}})",
                       &ids, 1, nullptr);
    }
    if (step.kind == StepKind::set_payload) {
        return request(base::cat(R"({"set_payload": {"collection_name": "points", )",
                                 R"("points": {"blob": 0}, "payload": )", payload, "}}"),
                       &ids, 1, nullptr);
    }
    std::vector<float> vectors;
    std::string payloads;
    for (const uint64_t id : step.ids) {
        const std::vector<float> one = Plan::vector(id, number);
        vectors.insert(vectors.end(), one.begin(), one.end());
        payloads += (payloads.empty() ? "" : ",") + payload;
    }
    const grape_blob blobs[] = {{vectors.data(), step.ids.size(), 0, GRAPE_F32, kDim}, ids};
    return request(base::cat(R"({"upsert_points": {"collection_name": "points", "batch": )",
                             R"({"ids": {"blob": 1}, "vectors": {"": {"blob": 0}}, "payloads": [)",
                             payloads, "]}}}"),
                   blobs, 2, nullptr);
}

std::string Client::compare(const Plan& plan) {
    auto wanted = plan.points().begin();
    std::string offset = "0";
    while (offset != "null") {
        base::JsonValue reply;
        const std::string failed =
            request(base::cat(R"({"scroll_points": {"collection_name": "points", "limit": 5000, )",
                              R"("with_vector": true, "offset": )", offset, "}}"),
                    nullptr, 0, &reply);
        if (!failed.empty()) return failed;
        const base::JsonValue points = info_of(reply, "points");
        for (const base::JsonValue& point : points.items()) {
            const uint64_t id = point.find("id")->as_unsigned();
            if (wanted == plan.points().end() || wanted->first > id) {
                return base::cat("point ", id, " should not be there");
            }
            if (wanted->first < id) return base::cat("point ", wanted->first, " is not there");
            const std::string differs = compare_point(point, id, wanted->second);
            if (!differs.empty()) return differs;
            ++wanted;
        }
        const base::JsonValue next = info_of(reply, "next_page_offset");
        offset = next.is_integer() ? std::to_string(next.as_unsigned()) : "null";
    }
    if (wanted == plan.points().end()) return "";
    return base::cat("point ", wanted->first, " and those behind it are not there");
}

std::string Client::verify() {
    base::JsonValue reply;
    const std::string failed = request(R"({"verify": {}})", nullptr, 0, &reply);
    if (!failed.empty()) return failed;
    const base::JsonValue problems = info_of(reply, "problems");
    return problems.items().empty() ? "" : "verify: " + problems.items().front().as_string();
}

uint64_t Client::requests_done() {
    base::JsonValue reply;
    if (!request(R"({"database_info": {}})", nullptr, 0, &reply).empty()) return UINT64_MAX;
    const uint64_t commit = info_of(reply, "last_commit").as_unsigned();
    return commit - kCommitsBefore;
}

Client::Background Client::background() {
    base::JsonValue reply;
    Background out;
    if (!request(R"({"database_info": {}})", nullptr, 0, &reply).empty()) return out;
    const base::JsonValue counts = info_of(reply, "background");
    const auto count = [&](const char* name) {
        const base::JsonValue* found = counts.find(name);
        return found == nullptr ? 0 : found->as_unsigned();
    };
    out.flushes = count("flushes_done");
    out.merges = count("merges_done");
    out.running = count("flushes_started") > out.flushes || count("merges_started") > out.merges;
    return out;
}

}  // namespace grape::kill
