// Requests that must be refused as a whole, most of them for something far behind in the list.
#include <limits>

#include "tests/integration/model/generator.h"

namespace grape::model {

namespace {

engine::VectorData data_of(std::vector<float> values) {
    engine::VectorData out;
    out.owned = std::make_shared<const std::vector<float>>(std::move(values));
    out.data = out.owned->data();
    out.dim = static_cast<uint32_t>(out.owned->size());
    return out;
}

base::JsonPath deep_path(size_t steps) {
    std::string text = "a";
    for (size_t i = 1; i < steps; ++i) text += ".a";
    return base::JsonPath::parse(text, "key").value();
}

base::JsonValue deep_object(size_t depth) {
    base::JsonValue out = base::JsonValue::make_object();
    for (size_t i = 1; i < depth; ++i) {
        base::JsonValue above = base::JsonValue::make_object();
        above.members().emplace_back("a", out);
        out = above;
    }
    return out;
}

}  // namespace

// The last of several points is wrong.
engine::UpsertPoints Generator::bad_upsert(const std::string& name) {
    engine::UpsertPoints out = upsert(name, random_.between(1, 30), false);
    const engine::VectorParams& params = random_.pick(collection(name)->config.vectors);
    engine::PointInput& last = out.points.back();
    last.vectors.clear();
    std::vector<float> values = floats_of(vector(params));
    switch (random_.below(4)) {
        case 0:
            values.push_back(1);
            break;
        case 1:
            values.back() = std::numeric_limits<float>::quiet_NaN();
            break;
        case 2:
            values.front() = -std::numeric_limits<float>::infinity();
            break;
        default:
            last.vectors.push_back({"nobody", data_of(values)});
            return out;
    }
    last.vectors.push_back({params.name, data_of(values)});
    return out;
}

engine::RequestBody Generator::rejected() {
    const auto skip = static_cast<std::ptrdiff_t>(random_.below(world_.collections().size()));
    const std::string name = std::next(world_.collections().begin(), skip)->first;
    const base::PointId nobody = base::PointId::from_text("nobody").value();
    switch (random_.below(10)) {
        case 0:
            return bad_upsert(name);
        case 1: {
            // Everything in the batch is fine but the last operation.
            engine::BatchUpdate out = batch();
            out.operations.emplace_back(bad_upsert(name));
            return out;
        }
        case 2: {
            engine::BatchUpdate out = batch();
            out.operations.emplace_back(engine::SetPayload{name,
                                                           {{nobody}, nullptr, std::nullopt},
                                                           base::JsonValue::make_object(),
                                                           std::nullopt});
            return out;
        }
        case 3: {
            engine::UpdateVectors out = update_vectors(name);
            out.points.back().id = nobody;
            return out;
        }
        case 4: {
            engine::UpsertPoints out = upsert(name, random_.between(1, 200), true);
            out.points.back().id = nobody;
            out.points.back().if_version = UINT64_MAX;
            return out;
        }
        case 5: {
            engine::DeletePoints out{name, selection(name, 5, false)};
            out.selection.if_version = UINT64_MAX;
            return out;
        }
        case 6: {
            engine::BatchUpdate out;
            const engine::PointSelection chosen = selection(name, 3, true);
            out.operations.emplace_back(upsert(name, random_.between(1, 100), false));
            out.operations.emplace_back(engine::OverwritePayload{name, chosen, deep_object(40)});
            out.operations.emplace_back(
                engine::SetPayload{name, chosen, deep_object(30), deep_path(30)});
            return out;
        }
        case 7:
            return engine::CreateCollection{name, collection(name)->config};
        case 8: {
            engine::UpdateAliases out;
            out.actions.emplace_back(engine::UpdateAliases::Create{name, new_name(true)});
            out.actions.emplace_back(engine::UpdateAliases::Delete{"nobody"});
            return out;
        }
        default: {
            engine::UpsertPoints out = upsert(name, 3, false);
            out.collection = "nobody";
            return out;
        }
    }
}

}  // namespace grape::model
