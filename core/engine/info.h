// What a database says about itself: lists, infos, and verify's walk over everything.
// Threads: any; the functions change nothing.
#pragma once

#include "core/engine/background.h"
#include "core/engine/graph_worker.h"

namespace grape::engine {

base::Result<CollectionInfo> collection_info(const Services& services, const View& view,
                                             const GraphWorker& graphs,
                                             const GetCollection& request);
CollectionNames collection_names(const View& view);
base::Result<AliasesReply> aliases(const View& view, const GetAliases& request);
DatabaseInfoReply database_info(const Services& services, const View& view,
                                const Background& background, const GraphCounts& graphs,
                                const Purge& purge, const base::Status& health);
// Reads every key, every page of every file and every frame of the log, and compares what they say
// of each other. Problems are in the reply; a failure of the walk itself is the Status.
base::Result<VerifyReply> verify(const Services& services, const View& view);

}  // namespace grape::engine
