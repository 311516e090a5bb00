// Collections and aliases.
#include "tests/integration/model/generator.h"

namespace grape::model {

using storage::Placement;

std::string Generator::new_name(bool alias) {
    return names_ + (alias ? "alias-" : "things-") + std::to_string(random_.below(9));
}

std::string Generator::any_collection() {
    if (random_.chance(20) && !world_.aliases().empty()) return some_alias();
    if (random_.chance(1)) return new_name(false);
    const auto skip = static_cast<std::ptrdiff_t>(random_.below(world_.collections().size()));
    return std::next(world_.collections().begin(), skip)->first;
}

std::string Generator::some_alias() {
    if (world_.aliases().empty()) return new_name(true);
    const auto skip = static_cast<std::ptrdiff_t>(random_.below(world_.aliases().size()));
    return std::next(world_.aliases().begin(), skip)->first;
}

engine::Request Generator::create_collection() {
    static const std::vector<uint32_t> kSizes = {1, 2, 3, 4, 7, 8, 16, 17, 32, 33};
    static const std::vector<std::vector<std::string>> kNames = {
        {""}, {""}, {"image"}, {"image", "text"}, {"", "image", "text"}, {"", "text"}};
    engine::CreateCollection out;
    do {
        out.collection = new_name(false);
    } while (world_.collections().contains(out.collection));
    for (const std::string& name : random_.pick(kNames)) {
        engine::VectorParams vector;
        vector.name = name;
        vector.size = random_.pick(kSizes);
        vector.distance = static_cast<vector::Distance>(random_.between(1, 4));
        vector.datatype = static_cast<vector::Datatype>(random_.between(1, 3));
        vector.memory =
            random_.pick<Placement>({Placement::pinned, Placement::cached, Placement::cold});
        out.config.vectors.push_back(vector);
    }
    if (random_.chance(50)) {
        merge(out.config.metadata, payload_object(2));  // leaves out nulls
    }
    return {std::move(out), {}};
}

engine::Request Generator::update_collection() {
    engine::UpdateCollection out;
    out.collection = any_collection();
    const ModelCollection* found = collection(out.collection);
    if (found != nullptr && random_.chance(70)) {
        engine::UpdateCollection::VectorDiff diff;
        diff.name = random_.pick(found->config.vectors).name;
        diff.memory =
            random_.pick<Placement>({Placement::pinned, Placement::cached, Placement::cold});
        out.vectors.push_back(diff);
    }
    if (random_.chance(50)) out.metadata = payload_object(2);
    return {std::move(out), {}};
}

engine::Request Generator::alias(Kind kind) {
    engine::UpdateAliases out;
    if (kind == Kind::create_alias) {
        out.actions.emplace_back(engine::UpdateAliases::Create{any_collection(), new_name(true)});
    } else if (kind == Kind::rename_alias) {
        out.actions.emplace_back(engine::UpdateAliases::Rename{some_alias(), new_name(true)});
    } else {
        out.actions.emplace_back(engine::UpdateAliases::Delete{some_alias()});
    }
    // More of them in one list; a later one may fail and take the first with it.
    while (random_.chance(30)) {
        out.actions.emplace_back(engine::UpdateAliases::Create{any_collection(), new_name(true)});
        if (random_.chance(30)) {
            out.actions.emplace_back(engine::UpdateAliases::Rename{some_alias(), new_name(true)});
        }
    }
    return {std::move(out), {}};
}

}  // namespace grape::model
