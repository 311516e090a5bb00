// Writes of points.
#include <algorithm>
#include <set>

#include "tests/integration/model/generator.h"

namespace grape::model {

using base::PointId;

namespace {

// The first collection of names has many points, so that its rows fill several chunks.
uint64_t id_count(const std::string& name) {
    return name.ends_with("-0") ? 6000 : 150;
}

PointId id_of(uint64_t index) {
    if (index % 10 < 6) return PointId::number(index == 6 ? UINT64_MAX : index);
    if (index % 10 < 8) {
        base::UuidBytes bytes{};
        for (size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<uint8_t>((index + 1) * 0x9E3779B97F4A7C15ull >> (i % 8 * 8));
        }
        return PointId::uuid(bytes);
    }
    return PointId::from_text(std::string(1 + index % 40, 's') + std::to_string(index)).value();
}

engine::VectorData own_data(std::vector<float> values) {
    engine::VectorData out;
    out.owned = std::make_shared<const std::vector<float>>(std::move(values));
    out.data = out.owned->data();
    out.dim = static_cast<uint32_t>(out.owned->size());
    return out;
}

}  // namespace

PointId Generator::id(const std::string& name) {
    return id_of(random_.below(id_count(name)));
}

PointId Generator::present_id(const std::string& name) {
    const ModelCollection* found = collection(name);
    if (found == nullptr || found->points.empty()) return id(name);
    auto at = found->points.lower_bound(id(name));
    if (at == found->points.end()) at = found->points.begin();
    return at->first;
}

// Often whole numbers from a small range, so that scores tie.
engine::VectorData Generator::vector(const engine::VectorParams& params) {
    const bool small = random_.chance(60);
    const bool bytes = params.datatype == vector::Datatype::u8;
    std::vector<float> values(params.size);
    for (float& value : values) {
        if (small) {
            value = static_cast<float>(random_.below(5)) - (bytes ? 0.0f : 2.0f);
        } else if (bytes) {
            value = static_cast<float>(random_.below(25600)) / 100.0f;
        } else {
            value = (static_cast<float>(random_.below(1u << 20)) - float{1u << 19}) / 65536.0f;
        }
    }
    // Cosine wants a direction.
    if (std::all_of(values.begin(), values.end(), [](float v) { return v < 1 && v > -1; })) {
        values[random_.below(values.size())] = 1;
    }
    return own_data(std::move(values));
}

std::vector<engine::NamedVector> Generator::vectors(const ModelCollection& collection, bool all) {
    std::vector<engine::NamedVector> out;
    for (const engine::VectorParams& params : collection.config.vectors) {
        if (all || random_.chance(80)) out.push_back({params.name, vector(params)});
    }
    return out;
}

engine::UpsertPoints Generator::upsert(const std::string& name, size_t points, bool all_vectors) {
    engine::UpsertPoints out;
    out.collection = name;
    const ModelCollection* found = collection(name);
    for (size_t i = 0; i < points; ++i) {
        engine::PointInput point;
        point.id = id(name);
        if (found != nullptr) point.vectors = vectors(*found, all_vectors);
        if (random_.chance(80)) {
            point.payload = base::encode_payload(payload_object(3), "payload").value();
        }
        out.points.push_back(std::move(point));
    }
    return out;
}

// Each id once; mostly the versions that hold, sometimes one that does not.
engine::UpsertPoints Generator::conditional_upsert(const std::string& name) {
    engine::UpsertPoints out = upsert(name, random_.between(1, 4), false);
    std::set<PointId> seen;
    std::erase_if(out.points, [&](const auto& point) { return !seen.insert(point.id).second; });
    const ModelCollection* found = collection(name);
    for (engine::PointInput& point : out.points) {
        if (found == nullptr || random_.chance(20)) continue;
        const auto present = found->points.find(point.id);
        point.if_version = present == found->points.end() ? 0 : present->second->version;
        if (random_.chance(8)) *point.if_version += 1;
    }
    return out;
}

// The column form, as JSON with blobs beside it.
void Generator::upsert_batch(Operation& out) {
    const std::string name = any_collection();
    engine::UpsertPoints request = upsert(name, random_.between(1, 40), true);
    if (collection(name) == nullptr) {
        out.request.body = std::move(request);
        return;
    }
    base::JsonWriter json(out.json);
    json.begin_object().key("upsert_points").begin_object();
    json.key("collection_name").value(name).key("batch").begin_object();
    json.key("ids").begin_array();
    for (const auto& point : request.points) {
        if (point.id.kind() == base::IdKind::number) {
            json.value(point.id.as_number());
        } else {
            json.value(point.id.to_string());
        }
    }
    json.end_array().key("vectors").begin_object();
    const size_t columns = request.points.front().vectors.size();
    for (size_t column = 0; column < columns; ++column) {
        auto data = std::make_shared<std::vector<float>>();
        for (const auto& point : request.points) {
            const std::vector<float> values = floats_of(point.vectors[column].data);
            data->insert(data->end(), values.begin(), values.end());
        }
        const engine::NamedVector& first = request.points.front().vectors[column];
        json.key(first.name).begin_object().key("blob").value(uint64_t{column}).end_object();
        out.blobs.push_back(
            {data->data(), engine::BlobType::f32, request.points.size(), first.data.dim, 0});
        out.blob_data.push_back(std::move(data));
    }
    json.end_object().key("payloads").begin_array();
    for (const auto& point : request.points) {
        if (point.payload.empty()) {
            json.null();
        } else {
            base::write_payload_json(base::PayloadView(point.payload), json);
        }
    }
    json.end_array().end_object().end_object().end_object();
    out.request.body = std::move(request);
}

engine::UpdateVectors Generator::update_vectors(const std::string& name) {
    engine::UpdateVectors out;
    out.collection = name;
    const ModelCollection* found = collection(name);
    for (uint64_t i = random_.between(1, 8); i > 0; --i) {
        engine::PointInput point;
        point.id = random_.chance(99) ? present_id(name) : id(name);
        if (found != nullptr) point.vectors = vectors(*found, false);
        out.points.push_back(std::move(point));
    }
    return out;
}

engine::PointSelection Generator::selection(const std::string& name, size_t size, bool must_exist) {
    engine::PointSelection out;
    while (out.ids.size() < size) {
        const bool present = random_.chance(must_exist ? 99 : 70);
        out.ids.push_back(present ? present_id(name) : id(name));
    }
    return out;
}

engine::DeleteVectors Generator::delete_vectors(const std::string& name) {
    engine::DeleteVectors out{name, selection(name, random_.between(1, 6), false), {}};
    const ModelCollection* found = collection(name);
    if (found == nullptr) return out;
    for (const engine::VectorParams& params : found->config.vectors) {
        if (random_.chance(60)) out.names.push_back(params.name);
    }
    return out;
}

engine::PointOperation Generator::point_operation(Kind kind, const std::string& name) {
    const bool big = id_count(name) > 1000;
    switch (kind) {
        case Kind::upsert_insert_only:
        case Kind::upsert_update_only: {
            engine::UpsertPoints out = upsert(name, random_.between(1, 10), false);
            out.mode = kind == Kind::upsert_insert_only ? engine::UpdateMode::insert_only
                                                        : engine::UpdateMode::update_only;
            return out;
        }
        case Kind::upsert_if_version:
            return conditional_upsert(name);
        case Kind::upsert_large:
            return upsert(name, random_.between(60, big ? 1500 : 200), random_.chance(50));
        case Kind::delete_points:
            return engine::DeletePoints{name, selection(name, random_.between(1, 12), false)};
        case Kind::delete_large:
            return engine::DeletePoints{
                name, selection(name, random_.between(50, big ? 3000 : 200), false)};
        case Kind::delete_if_version: {
            engine::DeletePoints out{name, selection(name, 1, true)};
            const ModelCollection* found = collection(name);
            if (found != nullptr && found->points.contains(out.selection.ids[0])) {
                out.selection.if_version = found->points.at(out.selection.ids[0])->version;
            }
            if (random_.chance(10)) out.selection.if_version = random_.below(3);
            return out;
        }
        case Kind::set_payload:
        case Kind::set_payload_key: {
            engine::SetPayload out{name, selection(name, random_.between(1, 5), true),
                                   payload_object(2), std::nullopt};
            if (kind == Kind::set_payload_key) out.key = path();
            return out;
        }
        case Kind::overwrite_payload:
            return engine::OverwritePayload{name, selection(name, random_.between(1, 5), true),
                                            payload_object(3)};
        case Kind::delete_payload: {
            engine::DeletePayload out{name, selection(name, random_.between(1, 5), true), {}};
            for (uint64_t i = random_.between(1, 3); i > 0; --i) out.keys.push_back(path());
            return out;
        }
        case Kind::delete_filter:
            return engine::DeletePoints{name, filtered_selection(name)};
        case Kind::set_payload_filter: {
            engine::SetPayload out{name, filtered_selection(name), payload_object(2), std::nullopt};
            if (random_.chance(30)) out.key = path();
            return out;
        }
        case Kind::clear_payload:
            return engine::ClearPayload{name, selection(name, random_.between(1, 5), false)};
        case Kind::update_vectors:
            return update_vectors(name);
        case Kind::delete_vectors:
            return delete_vectors(name);
        default:
            return upsert(name, random_.between(1, 12), false);
    }
}

engine::BatchUpdate Generator::batch() {
    static const std::vector<Kind> kOperations = {
        Kind::upsert_list,        Kind::upsert_list,        Kind::upsert_insert_only,
        Kind::upsert_update_only, Kind::delete_points,      Kind::set_payload,
        Kind::set_payload_key,    Kind::set_payload_filter, Kind::delete_filter,
        Kind::overwrite_payload,  Kind::delete_payload,     Kind::clear_payload,
        Kind::update_vectors,     Kind::delete_vectors};
    engine::BatchUpdate out;
    // Most of them are for one collection and few points, so that they meet.
    const std::string name = any_collection();
    for (uint64_t i = random_.between(1, 8); i > 0; --i) {
        const Kind kind = random_.pick(kOperations);
        out.operations.push_back(
            point_operation(kind, random_.chance(80) ? name : any_collection()));
    }
    return out;
}

engine::Request Generator::any_write() {
    if (random_.chance(10)) return create_collection();
    if (random_.chance(10)) return update_collection();
    engine::Request out;
    std::visit([&](auto&& each) { out.body = std::move(each); },
               point_operation(random_.chance(50) ? Kind::upsert_list : Kind::delete_points,
                               any_collection()));
    return out;
}

}  // namespace grape::model
