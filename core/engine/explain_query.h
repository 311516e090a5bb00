// Says how a filter and a search with it would be answered, without answering. Threads: pure
// functions over a pinned view.
#pragma once

#include "core/engine/services.h"

namespace grape::engine {

base::Result<ExplainReply> explain_query(const Services& services, const View& view,
                                         const ExplainQuery& request);

}  // namespace grape::engine
