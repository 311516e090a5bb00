// Every function of grape.hpp once, for headers_test.py; compiled, never run.
#include <array>
#include <grape.hpp>

int use() {
    grape::OpenOptions options;
    options.log = [](std::int32_t, const char*) {};
    auto db = grape::Database::open("somewhere", options);
    if (!db) return db.error().retryable() ? 1 : 2;
    const std::array<float, 3> query{1, 0, 0};
    const std::vector<std::uint64_t> ids{1, 2};
    if (!db->create_collection("places", 3, grape::Distance::cosine)) return 3;
    if (!db->upsert("places", {1, 2}, {1, 0, 0, 0, 1, 0}, 3)) return 4;
    if (!db->upsert("places", ids, {1, 0, 0, 0, 1, 0}, 3, {"{}", "{\"a\": 1}"})) return 5;
    float sum = 0;
    for (const grape::Hit& hit : db->search("places", query, 5).value_or({})) sum += hit.score;
    const std::vector<grape_blob> blobs{grape::blob(query, 3), grape::blob(ids)};
    auto reply = db->request_json("{\"flush\": {}}", blobs);
    if (!reply || reply->view().empty()) return 6;
    if (!db->payload("places", 1) || !db->remove("places", ids) || !db->count("places")) return 7;
    auto ticket = db->submit_json("{\"flush\": {}}", blobs, [](grape::Result<grape::Buffer> done) {
        if (done) static_cast<void>(done->view());
    });
    if (!ticket || !db->cancel(*ticket)) return 10;
    auto transaction = grape::Transaction::begin(*db, 1000);
    if (!transaction || !transaction->request_json("{\"flush\": {}}", blobs)) return 11;
    if (!transaction->set_savepoint("a") || !transaction->roll_back_to("a")) return 12;
    grape::Transaction other = std::move(transaction).value();
    if (!other.commit() || !other.roll_back()) return 13;
    if (!db->drop_collection("places") || !db->flush()) return 8;
    grape::Database moved = std::move(db).value();
    return moved.close().ok() && sum > 0 ? 0 : 9;
}
