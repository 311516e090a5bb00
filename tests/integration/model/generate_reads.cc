// Reads: mostly of what is there, sometimes of what is not.
#include "tests/integration/model/generator.h"

namespace grape::model {

engine::WithPayload Generator::with_payload() {
    engine::WithPayload out;
    out.kind = static_cast<engine::WithPayload::Kind>(random_.below(4));
    const bool chosen = out.kind == engine::WithPayload::Kind::include ||
                        out.kind == engine::WithPayload::Kind::exclude;
    for (uint64_t i = chosen ? random_.between(1, 3) : 0; i > 0; --i) out.paths.push_back(path());
    return out;
}

engine::WithVectors Generator::with_vectors(const std::string& name) {
    engine::WithVectors out;
    out.kind = static_cast<engine::WithVectors::Kind>(random_.below(3));
    if (out.kind != engine::WithVectors::Kind::some) return out;
    const ModelCollection* found = collection(name);
    if (found != nullptr) out.names.push_back(random_.pick(found->config.vectors).name);
    if (random_.chance(3)) out.names.push_back("nobody");
    return out;
}

engine::QueryPoints Generator::query(const std::string& name, bool by_id) {
    engine::QueryPoints out;
    out.collection = name;
    out.limit = random_.chance(10) ? random_.between(1, 10000) : random_.between(1, 20);
    out.offset = random_.chance(70) ? 0 : random_.below(30);
    out.with_payload = with_payload();
    out.with_vectors = with_vectors(name);
    out.exact = random_.chance(30);
    if (random_.chance(15)) out.hnsw_ef = static_cast<uint32_t>(random_.between(1, 60));
    const ModelCollection* found = collection(name);
    if (found == nullptr) {
        out.query = present_id(name);
        return out;
    }
    const engine::VectorParams& params = random_.pick(found->config.vectors);
    out.using_vector = random_.chance(98) ? params.name : "nobody";
    engine::VectorData data = vector(params);
    if (by_id) {
        out.query = random_.chance(95) ? present_id(name) : id(name);
    } else {
        out.query = data;
    }
    if (!random_.chance(40)) return out;
    // Often the very score of a point: the threshold is strict.
    const std::vector<Scored> scores = ranking(*found, params, floats_of(data));
    out.score_threshold = static_cast<float>(random_.below(100)) / 10.0f;
    if (!scores.empty() && random_.chance(80)) out.score_threshold = random_.pick(scores).score;
    return out;
}

engine::RequestBody Generator::read(Kind kind) {
    const std::string name = any_collection();
    switch (kind) {
        case Kind::get_points: {
            engine::GetPoints out;
            out.collection = name;
            for (uint64_t i = random_.between(1, 10); i > 0; --i) {
                out.ids.push_back(random_.chance(80) ? present_id(name) : id(name));
            }
            out.with_payload = with_payload();
            out.with_vectors = with_vectors(name);
            return out;
        }
        case Kind::scroll_points: {
            engine::ScrollPoints out;
            out.collection = name;
            if (random_.chance(60)) out.offset = id(name);
            out.limit = random_.between(1, 60);
            out.with_payload = with_payload();
            out.with_vectors = with_vectors(name);
            return out;
        }
        case Kind::query_vector:
            return query(name, false);
        case Kind::query_id:
            return query(name, true);
        case Kind::query_batch: {
            engine::QueryBatch out;
            for (uint64_t i = random_.between(1, 6); i > 0; --i) {
                out.searches.push_back(
                    query(random_.chance(70) ? name : any_collection(), random_.chance(20)));
            }
            return out;
        }
        case Kind::collection_exists:
            return engine::CollectionExists{random_.chance(50) ? new_name(false) : name};
        case Kind::get_collections:
            return engine::GetCollections{};
        case Kind::get_collection:
            return engine::GetCollection{name};
        case Kind::get_aliases: {
            engine::GetAliases out;
            if (random_.chance(60)) out.collection = name;
            return out;
        }
        default:
            return engine::CountPoints{name};
    }
}

}  // namespace grape::model
