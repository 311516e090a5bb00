// The walk along a path. It is as deep as the path has steps (limits::payload_depth_max).
#include "core/base/payload_values.h"

#include <span>

namespace grape::base {
namespace {

using Step = JsonPath::Step;
using Holds = std::function<bool(PayloadView)>;

bool walk(PayloadView value, std::span<const Step> steps, const Holds& holds) {
    while (!steps.empty()) {
        const Step& step = steps.front();
        steps = steps.subspan(1);
        if (step.kind == Step::Kind::key) {
            const std::optional<PayloadView> found = value.find(step.key);
            if (!found) return false;
            value = *found;
            continue;
        }
        if (value.kind() != JsonKind::array) return false;
        const size_t size = value.size();
        if (step.kind == Step::Kind::every) {
            for (size_t i = 0; i < size; ++i) {
                if (walk(value.item(i), steps, holds)) return true;
            }
            return false;
        }
        if (step.index >= size) return false;
        value = value.item(step.index);
    }
    return holds(value);
}

}  // namespace

bool any_value_at(PayloadView payload, const JsonPath& path, const Holds& holds) {
    return walk(payload, path.steps(), holds);
}

bool any_element_at(PayloadView payload, const JsonPath& path, const Holds& holds) {
    return any_value_at(payload, path, [&holds](PayloadView value) {
        if (value.kind() != JsonKind::array) return holds(value);
        const size_t size = value.size();
        for (size_t i = 0; i < size; ++i) {
            if (holds(value.item(i))) return true;
        }
        return false;
    });
}

void for_each_value_at(PayloadView payload, const JsonPath& path,
                       const std::function<void(PayloadView)>& visit) {
    any_value_at(payload, path, [&visit](PayloadView value) {
        visit(value);
        return false;
    });
}

void for_each_element_at(PayloadView payload, const JsonPath& path,
                         const std::function<void(PayloadView)>& visit) {
    any_element_at(payload, path, [&visit](PayloadView value) {
        visit(value);
        return false;
    });
}

}  // namespace grape::base
