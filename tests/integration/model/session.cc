#include "tests/integration/model/session.h"

#include <algorithm>

#include "core/engine/request/request_json.h"

namespace grape::model {

using base::Result;
using base::Status;
using engine::ReplyBody;

engine::OpenOptions options_of(uint64_t variant) {
    engine::OpenOptions out;
    Random random(variant, 0);
    out.background = random.chance(75);
    engine::OpenOptions::Sizes& sizes = out.sizes;
    sizes.rows_max = 12000;
    if (random.chance(10)) return out;
    sizes.pending_bytes_max = random.pick<uint64_t>({1, 200, 1000, 64u << 10});
    sizes.flush_tail_bytes = random.pick<uint64_t>({1000, 8000, 60000});
    sizes.small_shard_bytes = random.pick<uint64_t>({1, 500, 5000});
    sizes.direct_file_bytes = random.pick<uint64_t>({500, 5000, 32u << 20});
    sizes.log_file_bytes = random.pick<uint64_t>({4000, 30000, 64u << 20});
    sizes.batch_bytes = random.pick<uint64_t>({500, 5000, 4u << 20});
    sizes.vector_file_bytes = random.pick<uint64_t>({4000, 40000, 64u << 20});
    sizes.unflushed_bytes_max = random.pick<uint64_t>({3000, 1u << 20});
    sizes.kept_commits_max = random.pick<uint64_t>({8, 100, 4096});
    sizes.dead_rows_min = random.pick<uint64_t>({1, 50, 4096});
    sizes.graph_vectors_min = random.pick<uint64_t>({20, 60, 200, 1000});
    sizes.compared_commits_max = random.pick<uint64_t>({0, 0, 0, 5});
    return out;
}

namespace {

// How many payloads were read is not the model's business.
ReplyBody without_reads(ReplyBody body) {
    std::visit(
        [](auto& each) {
            if constexpr (requires { each.payload_reads; }) each.payload_reads.reset();
            if constexpr (requires { each.results; }) {
                for (auto& result : each.results) result.payload_reads.reset();
            }
        },
        body);
    return body;
}

}  // namespace

std::string describe(const Result<ReplyBody>& reply) {
    if (!reply.ok()) {
        return std::string(base::code_name(static_cast<int32_t>(reply.status().code())));
    }
    return engine::encode_reply_json(engine::Reply{without_reads(*reply), 0});
}

Mismatch compare_text(const std::string& what, const std::string& wanted, const std::string& got) {
    if (wanted == got) return "";
    const auto differ = std::mismatch(wanted.begin(), wanted.end(), got.begin(), got.end());
    const auto at = static_cast<size_t>(differ.first - wanted.begin());
    const size_t from = at < 200 ? 0 : at - 200;
    return base::cat(what, ": differs at byte ", at, "\n  wanted ", wanted.substr(from, 500),
                     "\n  got    ", got.substr(from, 500));
}

Mismatch Session::open(const std::string& path, uint64_t variant) {
    engine::OpenOptions options = options_of(variant);
    options.path = path;
    options.clock = clock_.get();
    options.logger = [log = log_](base::LogLevel level, std::string_view text) {
        // Where a kill hit a write, its tail is cut, and the log says so.
        const bool torn_tail = text.find("torn tail") != std::string_view::npos;
        if (level > base::LogLevel::warning || torn_tail) return;
        const base::MutexLock lock(log->mutex);
        if (log->first.empty()) log->first = text;
    };
    few_commits_compared_ = options.sizes.compared_commits_max != 0;
    clock_->set_days(world_.days());
    Result<std::unique_ptr<engine::Database>> opened = engine::Database::open(options);
    if (!opened.ok()) return base::cat("open: ", opened.status().to_string());
    db_ = std::move(opened).value();
    return "";
}

void Session::join(const Session& opened) {
    alone_ = false;
    clock_ = opened.clock_;
    db_ = opened.db_;
    log_ = opened.log_;
    few_commits_compared_ = opened.few_commits_compared_;
    world_.end_transactions();
}

Mismatch Session::close() {
    const Status closed = db_->close();
    db_.reset();
    return closed.ok() ? "" : base::cat("close: ", closed.to_string());
}

Result<ReplyBody> Session::execute(const engine::RequestBody& body,
                                   const engine::WriteOptions& write, uint64_t transaction) {
    Result<engine::Reply> reply = db_->execute({body, write, transaction});
    if (!reply.ok()) return reply.status();
    return std::move(reply->body);
}

Result<engine::DatabaseInfoReply> Session::info() {
    GRAPE_ASSIGN(const ReplyBody reply, execute(engine::DatabaseInfo{}));
    return std::get<engine::DatabaseInfoReply>(reply);
}

Result<uint64_t> Session::last_commit() {
    GRAPE_ASSIGN(const engine::DatabaseInfoReply reply, info());
    return reply.last_commit;
}

// Rows of deleted points come back in the background: a shard that is full is told to hurry.
Result<ReplyBody> Session::send(const Operation& operation) {
    engine::RequestBody body = operation.request.body;
    if (!operation.json.empty()) {
        GRAPE_ASSIGN(engine::Request decoded,
                     engine::decode_request_json(operation.json, operation.blobs));
        body = std::move(decoded.body);
    }
    if (operation.transaction != 0) {
        return execute(body, operation.request.write, engine_ids_.at(operation.transaction));
    }
    Result<ReplyBody> reply = execute(body, operation.request.write);
    if (reply.ok() || reply.status().code() != base::Code::full) return reply;
    GRAPE_TRY(execute(engine::Optimize{}).status());
    return execute(body, operation.request.write);
}

Mismatch Session::step(uint64_t number, Kind* kind) {
    const Operation operation = generate(world_, seed_, number, names_);
    *kind = operation.kind;
    refused_ = false;
    if (is_of_transaction(operation.kind)) return step_of_transaction(operation);
    if (operation.kind == Kind::check_everything) return check_everything();
    if (operation.kind == Kind::pass_a_day) {
        if (!alone_) return "";  // the days are everybody's
        world_.pass_a_day();
        clock_->set_days(world_.days());
        return "";
    }
    if (alone_ && is_search(operation.request.body)) {
        const Result<engine::DatabaseInfoReply> before = info();
        if (!before.ok()) return before.status().to_string();
        graphs_done_ = before->graphs_done;
    }
    return compare(operation, send(operation));
}

Mismatch Session::compare_write(const Operation& operation, const Result<ReplyBody>& got) {
    uint64_t commit = world_.commit() + 1;
    if (!alone_ && got.ok()) commit = std::get<engine::WriteReply>(*got).commit;
    const Result<engine::WriteReply> wanted = world_.apply(operation.request, commit);
    const Result<ReplyBody> reply =
        wanted.ok() ? Result<ReplyBody>(ReplyBody(*wanted)) : Result<ReplyBody>(wanted.status());
    if (wanted.ok() && operation.kind == Kind::rejected) return "the model did not refuse it";
    const std::string why = got.ok() ? "" : got.status().to_string();
    return compare_text("reply (" + why + ")", describe(reply), describe(got));
}

Mismatch Session::compare(const Operation& operation, const Result<ReplyBody>& got) {
    const engine::RequestBody& body = operation.request.body;
    if (operation.kind <= Kind::rejected) return compare_write(operation, got);
    if (const auto* request = std::get_if<engine::GetCollection>(&body)) {
        return compare_info(*request, got);
    }
    if (operation.kind >= Kind::database_info && !got.ok()) return got.status().to_string();
    if (operation.kind == Kind::database_info) {
        return check_database(std::get<engine::DatabaseInfoReply>(*got));
    }
    if (operation.kind == Kind::verify) {
        const auto& problems = std::get<engine::VerifyReply>(*got).problems;
        return problems.empty() ? "" : "verify: " + problems.front();
    }
    if (operation.kind >= Kind::flush) {
        const uint64_t commit = std::get<engine::WriteReply>(*got).commit;
        const bool none = alone_ ? commit == world_.commit() : commit >= world_.commit();
        return none ? "" : base::cat("it made commit ", commit);
    }
    const auto* aliases = std::get_if<engine::GetAliases>(&body);
    const bool of_all = std::holds_alternative<engine::GetCollections>(body) ||
                        (aliases != nullptr && !aliases->collection);
    if (of_all && !alone_) return got.ok() ? "" : got.status().to_string();
    return compare_answer(body, world_.read(body), got, world_);
}

Mismatch Session::compare_answer(const engine::RequestBody& body, const Result<ReplyBody>& wanted,
                                 const Result<ReplyBody>& got, const World& seen) {
    const auto by_graph = [&](const engine::QueryPoints& request) {
        return &seen != &world_ || uses_graph(request);
    };
    if (const auto* query = std::get_if<engine::QueryPoints>(&body)) {
        const auto reply_of = [](const Result<ReplyBody>& from) {
            return from.ok() ? Result<engine::QueryReply>(std::get<engine::QueryReply>(*from))
                             : Result<engine::QueryReply>(from.status());
        };
        return compare_search(seen, *query, reply_of(wanted), reply_of(got), by_graph, &recall_);
    }
    const auto* batch = std::get_if<engine::QueryBatch>(&body);
    if (batch != nullptr && wanted.ok() && got.ok()) {
        const auto& all_wanted = std::get<engine::QueryBatchReply>(*wanted).results;
        const auto& all_got = std::get<engine::QueryBatchReply>(*got).results;
        if (all_wanted.size() != all_got.size()) return "not one answer for each query";
        for (size_t i = 0; i < batch->searches.size(); ++i) {
            const Mismatch mismatch = compare_search(seen, batch->searches[i], all_wanted[i],
                                                     all_got[i], by_graph, &recall_);
            if (!mismatch.empty()) return base::cat("search ", i, ": ", mismatch);
        }
        return "";
    }
    // Of several searches that are refused a transaction looks for the collections of all first.
    if (batch != nullptr && &seen != &world_ && !wanted.ok() && !got.ok()) return "";
    const std::string why = got.ok() ? "" : got.status().to_string();
    return compare_text("answer (" + why + ")", describe(wanted), describe(got));
}

// What goes by the graph's codes may miss points.
bool Session::uses_graph(const engine::QueryPoints& request) {
    if (!alone_) return true;  // a graph that is gone may have answered
    engine::ExplainQuery explain;
    explain.collection = request.collection;
    explain.filter = request.filter;
    explain.using_vector = request.using_vector;
    explain.limit = request.limit + request.offset;
    const Result<ReplyBody> plan = execute(explain);
    if (!plan.ok()) return false;
    const std::string& way = std::get<engine::ExplainReply>(*plan).search;
    if (way == "graph" || way == "codes") return true;
    // One that the background has just replaced may have answered.
    const Result<engine::DatabaseInfoReply> now = info();
    return now.ok() && now->graphs_started != graphs_done_;
}

Mismatch Session::compare_info(const engine::GetCollection& request,
                               const Result<ReplyBody>& got) const {
    const ModelCollection* collection = world_.find(request.collection);
    if (collection == nullptr || !got.ok()) {
        const Result<ReplyBody> wanted = Status::make_not_found("");
        return compare_text("collection", describe(wanted), describe(got));
    }
    engine::CollectionInfo wanted = std::get<engine::CollectionInfo>(*got);
    if (wanted.status != "yellow") wanted.status = "green";  // yellow: a graph is due
    wanted.points_count = collection->points.size();
    wanted.config = collection->config;
    // Members come back in the order of their keys, as in a payload.
    const std::string sorted = base::encode_payload_value(collection->config.metadata);
    wanted.config.metadata = base::decode_payload(base::PayloadView(sorted));
    std::map<std::string, index::FieldKind> fields;
    for (const auto& each : wanted.fields) fields[each.path] = each.schema.kind;
    if (fields != collection->fields) return "other fields have an index";
    return compare_text("collection", describe(ReplyBody(wanted)), describe(got));
}

Mismatch Session::check_log() const {
    if (!silent_) return "";
    const base::MutexLock lock(log_->mutex);
    return log_->first.empty() ? "" : "in the log: " + log_->first;
}

Mismatch Session::check_database(const engine::DatabaseInfoReply& info) const {
    if (const Mismatch logged = check_log(); !logged.empty()) return logged;
    if (info.health != "ok") return "health: " + info.health;
    if (info.background_failures != 0) return "background: " + info.background_error;
    if (!alone_) return "";
    if (info.last_commit != world_.commit()) return base::cat("last commit ", info.last_commit);
    if (info.collections != world_.collections().size()) return "count of collections";
    return "";
}

Mismatch Session::check_collection(const std::string& name) {
    engine::ScrollPoints page;
    page.collection = name;
    page.limit = 700;
    page.with_vectors.kind = engine::WithVectors::Kind::all;
    do {
        const Result<ReplyBody> got = execute(page);
        const Mismatch mismatch =
            compare_text("points of " + name, describe(world_.read(page)), describe(got));
        if (!mismatch.empty()) {
            return mismatch + (got.ok() ? "" : "\n  " + got.status().to_string());
        }
        page.offset = std::get<engine::ScrollReply>(*got).next_page_offset;
    } while (page.offset);
    const engine::GetCollection info{name};
    return compare_info(info, execute(info));
}

Mismatch Session::check_everything() {
    const std::vector<engine::RequestBody> names = {engine::GetCollections{}, engine::GetAliases{}};
    for (const engine::RequestBody& each : names) {
        if (!alone_) break;
        const Mismatch mismatch =
            compare_text("names", describe(world_.read(each)), describe(execute(each)));
        if (!mismatch.empty()) return mismatch;
    }
    for (const auto& [name, collection] : world_.collections()) {
        const Mismatch mismatch = check_collection(name);
        if (!mismatch.empty()) return mismatch;
    }
    const Result<ReplyBody> verified = execute(engine::Verify{});
    if (!verified.ok()) return "verify: " + verified.status().to_string();
    const auto& problems = std::get<engine::VerifyReply>(*verified).problems;
    if (!problems.empty()) return "verify: " + problems.front();
    const Result<ReplyBody> info = execute(engine::DatabaseInfo{});
    if (!info.ok()) return info.status().to_string();
    return check_database(std::get<engine::DatabaseInfoReply>(*info));
}

}  // namespace grape::model
