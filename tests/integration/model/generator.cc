// Which kind of operation comes, and the requests that need nothing random.
#include "tests/integration/model/generator.h"

#include "core/base/limits.h"

namespace grape::model {

namespace {

constexpr std::array<const char*, kKinds> kNames = {
#define GRAPE_MODEL_NAME(name, weight) #name,
    GRAPE_MODEL_KINDS(GRAPE_MODEL_NAME)
#undef GRAPE_MODEL_NAME
};
constexpr std::array<unsigned, kKinds> kWeights = {
#define GRAPE_MODEL_WEIGHT(name, weight) weight,
    GRAPE_MODEL_KINDS(GRAPE_MODEL_WEIGHT)
#undef GRAPE_MODEL_WEIGHT
};

Kind draw_kind(Random& random) {
    unsigned sum = 0;
    for (const unsigned weight : kWeights) sum += weight;
    uint64_t at = random.below(sum);
    size_t kind = 0;
    while (at >= kWeights[kind]) at -= kWeights[kind++];
    return static_cast<Kind>(kind);
}

constexpr size_t kCollectionsMax = 6;
constexpr size_t kTransactionsMax = 3;

// A kind that can happen in this world.
Kind possible(Kind kind, const World& world) {
    if (world.collections().size() < 2) return Kind::create_collection;
    const bool full = world.collections().size() >= kCollectionsMax;
    if (kind == Kind::create_collection && full) return Kind::drop_collection;
    if (kind == Kind::repeated_key && world.keys().empty()) return Kind::upsert_list;
    const bool needs_alias = kind == Kind::rename_alias || kind == Kind::delete_alias;
    if (needs_alias && world.aliases().empty()) return Kind::create_alias;
    if (!is_of_transaction(kind)) return kind;
    if (world.transactions().empty()) return Kind::begin_transaction;
    const bool many = world.transactions().size() >= kTransactionsMax;
    return kind == Kind::begin_transaction && many ? Kind::commit_transaction : kind;
}

bool writes(Kind kind) {
    return kind <= Kind::rejected || kind == Kind::commit_transaction;
}

}  // namespace

const char* kind_name(Kind kind) {
    return kNames[static_cast<size_t>(kind)];
}

Operation generate(const World& world, uint64_t seed, uint64_t number, const std::string& names) {
    Random random(seed, number);
    Operation out;
    out.kind = possible(draw_kind(random), world);
    if (out.kind == Kind::begin_transaction) {
        out.transaction = number + 1;
        out.request.body =
            engine::BeginTransaction{base::limits::transaction_timeout_ms_max, false};
    } else if (is_of_transaction(out.kind)) {
        generate_inside(some_transaction(world, random), random, out);
    } else {
        Generator(world, random, names).make(out.kind, out);
    }
    if (!writes(out.kind)) return out;
    if (random.chance(70)) out.request.write.durability = engine::Durability::none;
    if (random.chance(5)) {
        out.request.write.durability = engine::Durability::group;
        out.request.write.group_delay_ms = static_cast<uint32_t>(random.between(1, 50));
    }
    const bool again = out.kind == Kind::commit_transaction && random.chance(3);
    if (out.kind == Kind::repeated_key || (again && !world.keys().empty())) {
        const auto& keys = world.keys();
        const size_t recent = std::min<size_t>(keys.size(), 50);
        out.request.write.idempotency_key = keys[keys.size() - 1 - random.below(recent)].first;
    } else if (random.chance(8)) {
        out.request.write.idempotency_key = names + "key-" + std::to_string(number);
    }
    return out;
}

// long: one case a kind
void Generator::make(Kind kind, Operation& out) {
    switch (kind) {
        case Kind::create_collection:
            out.request = create_collection();
            break;
        case Kind::update_collection:
            out.request = update_collection();
            break;
        case Kind::drop_collection:
            out.request.body = engine::DeleteCollection{
                random_.chance(20) ? new_name(false)
                                   : std::next(world_.collections().begin(),
                                               static_cast<std::ptrdiff_t>(
                                                   random_.below(world_.collections().size())))
                                         ->first};
            break;
        case Kind::create_alias:
        case Kind::rename_alias:
        case Kind::delete_alias:
            out.request = alias(kind);
            break;
        case Kind::upsert_batch:
            upsert_batch(out);
            break;
        case Kind::batch_update:
            out.request.body = batch();
            break;
        case Kind::repeated_key:
            out.request = any_write();
            break;
        case Kind::rejected:
            out.request.body = rejected();
            break;
        case Kind::create_index:
        case Kind::drop_index:
            out.request.body = field_index(kind);
            break;
        case Kind::count_filter:
        case Kind::scroll_filter:
        case Kind::query_filter:
        case Kind::facet:
        case Kind::scroll_ordered:
            out.request.body = filtered_read(kind);
            break;
        case Kind::database_info:
            out.request.body = engine::DatabaseInfo{};
            break;
        case Kind::flush:
            out.request.body = engine::Flush{};
            break;
        case Kind::optimize:
            out.request.body = engine::Optimize{};
            break;
        case Kind::pause_background:
            out.request.body = engine::PauseBackground{};
            break;
        case Kind::resume_background:
            out.request.body = engine::ResumeBackground{};
            break;
        case Kind::verify:
            out.request.body = engine::Verify{};
            break;
        case Kind::check_everything:
        case Kind::pass_a_day:
        case Kind::count:
            break;  // the driver's
        default:
            if (writes(kind)) {
                std::visit([&](auto&& each) { out.request.body = std::move(each); },
                           point_operation(kind, any_collection()));
            } else {
                out.request.body = read(kind);
            }
    }
}

}  // namespace grape::model
