#include "core/engine/database.h"

#include "core/engine/database_impl.h"

namespace grape::engine {

Database::Database(std::unique_ptr<DatabaseImpl> impl) : impl_(std::move(impl)) {}

Database::~Database() {
    // In a forked child threads and locks are the parent's: the memory is left as it is.
    if (impl_->forked()) {
        static_cast<void>(impl_.release());
        return;
    }
    static_cast<void>(impl_->close());
}

base::Result<std::unique_ptr<Database>> Database::open(const OpenOptions& options) {
    GRAPE_ASSIGN(std::unique_ptr<DatabaseImpl> impl, DatabaseImpl::open(options));
    return std::unique_ptr<Database>(new Database(std::move(impl)));
}

base::Result<Reply> Database::execute(const Request& request) {
    return impl_->execute(request);
}

base::MemoryHold Database::hold_memory() const {
    return impl_->hold_memory();
}

base::Status Database::close() {
    return impl_->close();
}

}  // namespace grape::engine
