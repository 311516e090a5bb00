// What operations on points do to a collection of the model. Threads: pure functions.
#include "core/base/limits.h"
#include "core/vector/convert.h"
#include "tests/integration/model/world.h"

namespace grape::model {

using base::PointId;
using base::Status;

namespace {

const ModelPoint* find(const ModelCollection& collection, const PointId& id) {
    const auto found = collection.points.find(id);
    return found == collection.points.end() ? nullptr : found->second.get();
}

// A copy to be changed.
ModelPoint& own(ModelCollection& collection, const PointId& id) {
    auto& slot = collection.points[id];
    slot = slot == nullptr ? std::make_shared<ModelPoint>() : std::make_shared<ModelPoint>(*slot);
    return const_cast<ModelPoint&>(*slot);
}

Status check_version(const ModelCollection& collection, const PointId& id,
                     const std::optional<uint64_t>& wanted) {
    const ModelPoint* point = find(collection, id);
    const uint64_t version = point == nullptr ? 0 : point->version;
    if (!wanted || *wanted == version) return {};
    return Status::make_conflict("the version is ", version);
}

std::string stored(const engine::VectorParams& vector, const engine::VectorData& data) {
    std::string out(vector.size * vector::element_bytes(vector.datatype), '\0');
    vector::encode(floats_of(data), vector.datatype, vector.distance, out.data());
    return out;
}

void put_vectors(const ModelCollection& collection, ModelPoint& point,
                 const engine::PointInput& input) {
    for (const engine::NamedVector& each : input.vectors) {
        point.vectors[each.name] = stored(*collection.vector(each.name), each.data);
    }
}

Status change(ModelCollection& collection, const engine::UpsertPoints& o, uint64_t commit) {
    std::map<PointId, size_t> last;
    for (size_t i = 0; i < o.points.size(); ++i) last[o.points[i].id] = i;
    for (size_t i = 0; i < o.points.size(); ++i) {
        const engine::PointInput& input = o.points[i];
        if (last[input.id] != i) continue;
        GRAPE_TRY(check_version(collection, input.id, input.if_version));
        const bool there = find(collection, input.id) != nullptr;
        if (there && o.mode == engine::UpdateMode::insert_only) continue;
        if (!there && o.mode == engine::UpdateMode::update_only) continue;
        ModelPoint& point = own(collection, input.id);
        point = ModelPoint();
        point.version = commit;
        if (!input.payload.empty()) {
            point.payload = base::decode_payload(base::PayloadView(input.payload));
        }
        put_vectors(collection, point, input);
    }
    return {};
}

Status change(ModelCollection& collection, const engine::UpdateVectors& o, uint64_t commit) {
    for (const engine::PointInput& input : o.points) {
        if (find(collection, input.id) == nullptr) return Status::make_not_found("no such point");
        GRAPE_TRY(check_version(collection, input.id, input.if_version));
        if (input.vectors.empty()) continue;
        ModelPoint& point = own(collection, input.id);
        point.version = commit;
        put_vectors(collection, point, input);
    }
    return {};
}

// The points of a selection that are there, once each, by what is done to them.
template <typename Each>
Status for_selected(ModelCollection& collection, const engine::PointSelection& selection,
                    bool must_exist, Each&& each) {
    std::map<PointId, bool> chosen;
    for (const PointId& id : selection.ids) {
        GRAPE_TRY(check_version(collection, id, selection.if_version));
        const bool there = find(collection, id) != nullptr;
        if (!there && must_exist) return Status::make_not_found("no such point");
        if (there) chosen[id] = true;
    }
    if (selection.filter != nullptr) {
        for (const auto& [id, point] : collection.points) {
            if (matches(id, *point, selection.filter)) chosen[id] = true;
        }
    }
    for (const auto& [id, yes] : chosen) GRAPE_TRY(each(id));
    return {};
}

Status change(ModelCollection& collection, const engine::DeletePoints& o, uint64_t) {
    return for_selected(collection, o.selection, false, [&](const PointId& id) {
        collection.points.erase(id);
        return Status();
    });
}

Status change(ModelCollection& collection, const engine::DeleteVectors& o, uint64_t commit) {
    for (const std::string& name : o.names) {
        if (collection.vector(name) == nullptr) return Status::make_invalid("no such vector");
    }
    return for_selected(collection, o.selection, false, [&](const PointId& id) {
        for (const std::string& name : o.names) {
            if (!find(collection, id)->vectors.contains(name)) continue;
            ModelPoint& point = own(collection, id);
            point.vectors.erase(name);
            point.version = commit;
        }
        return Status();
    });
}

// `make` gives the new payload from the old one.
template <typename Make>
Status change_payloads(ModelCollection& collection, const engine::PointSelection& selection,
                       bool must_exist, uint64_t commit, Make&& make) {
    return for_selected(collection, selection, must_exist, [&](const PointId& id) -> Status {
        ModelPoint& point = own(collection, id);
        point.version = commit;
        make(point.payload);
        if (point.payload.depth() > base::limits::payload_depth_max) {
            return Status::make_limit("too deep");
        }
        return {};
    });
}

Status change(ModelCollection& collection, const engine::SetPayload& o, uint64_t commit) {
    return change_payloads(collection, o.selection, true, commit, [&](base::JsonValue& payload) {
        set_at(payload, o.key ? o.key->steps() : Path(), 0, o.payload);
    });
}

Status change(ModelCollection& collection, const engine::OverwritePayload& o, uint64_t commit) {
    return change_payloads(collection, o.selection, true, commit,
                           [&](base::JsonValue& payload) { payload = o.payload; });
}

Status change(ModelCollection& collection, const engine::DeletePayload& o, uint64_t commit) {
    return change_payloads(collection, o.selection, true, commit, [&](base::JsonValue& payload) {
        for (const base::JsonPath& key : o.keys) remove_at(payload, key.steps(), 0);
    });
}

Status change(ModelCollection& collection, const engine::ClearPayload& o, uint64_t commit) {
    return change_payloads(collection, o.selection, false, commit, [](base::JsonValue& payload) {
        payload = base::JsonValue::make_object();
    });
}

Status check(const ModelCollection& collection, const std::vector<engine::PointInput>& points) {
    for (const engine::PointInput& point : points) {
        for (const engine::NamedVector& each : point.vectors) {
            const engine::VectorParams* vector = collection.vector(each.name);
            if (vector == nullptr) return Status::make_invalid("no such vector");
            if (each.data.dim != vector->size) return Status::make_invalid("wrong size");
            size_t position = 0;
            if (vector::check(floats_of(each.data), vector->datatype, vector->distance,
                              &position) != vector::Check::ok) {
                return Status::make_invalid("not a vector for this collection");
            }
        }
    }
    return {};
}

}  // namespace

std::vector<float> floats_of(const engine::VectorData& data) {
    std::vector<float> out(data.dim);
    vector::decode(data.data, data.type, out);
    return out;
}

std::string collection_of(const engine::PointOperation& operation) {
    return std::visit([](const auto& o) { return o.collection; }, operation);
}

Status check_vectors(const ModelCollection& collection, const engine::PointOperation& operation) {
    if (const auto* o = std::get_if<engine::UpsertPoints>(&operation)) {
        return check(collection, o->points);
    }
    if (const auto* o = std::get_if<engine::UpdateVectors>(&operation)) {
        return check(collection, o->points);
    }
    return {};
}

Status change_points(ModelCollection& collection, const engine::PointOperation& operation,
                     uint64_t commit) {
    return std::visit([&](const auto& o) { return change(collection, o, commit); }, operation);
}

}  // namespace grape::model
