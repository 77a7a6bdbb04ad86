#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/http/EntityVersion.h"
#include "server/idempotency/IdempotencyStore.h"
#include "shared/json/JsonDecoder.h"
#include "shared/json/JsonEncoder.h"

namespace aegis {

/// Calls that are carried out once, however often the client repeats them with the same Idempotency-Key. Any I/O thread.
class IdempotentCall {
public:
    IdempotentCall(Database &database, const IdempotencyStore &keys) : m_database(database), m_keys(keys) {}

    /// What was answered to the context's key, with `isReplayed` set; nothing: it has none, or it is new.
    /// `idempotency_key_reused`: it came with another request.
    template <class Response> Task<Result<std::optional<Response>>> earlierAnswer(const RequestContext &context) const
    {
        if (!context.idempotency)
            co_return std::optional<Response>();
        using Stored = std::optional<QByteArray>;
        auto read = [this](Tx &tx) { return m_keys.answer(tx); };
        CO_TRY(const Stored stored, co_await m_database.read<Stored>(context, read));
        if (!stored)
            co_return std::optional<Response>();
        CO_TRY(Response response, decode<Response>(*stored));
        response.isReplayed = true;
        if constexpr (requires { response.etag; }) // a header field is not in the body that was kept
            response.etag = entityTagOf(response.version());
        co_return std::optional(std::move(response));
    }

    /// `work(tx) → Result<Response>` in one transaction of `inTenant` that also keeps the answer under the key of `context`, if it has one.
    /// Of several such calls at the same moment one is carried out; the others get its answer. A refusal is not kept.
    template <class Response, class Work> Task<Result<Response>> write(const RequestContext &context, const RequestContext &inTenant, Work work) const
    {
        auto step = [this, &context, work = std::move(work)](Tx &tx) mutable -> Result<Response> {
            TRY(Response response, work(tx));
            if (context.idempotency)
                CHECK(m_keys.claim(tx, context, Secret(encode(response))));
            return response;
        };
        Result<Response> written = co_await m_database.write<Response>(inTenant, std::move(step));
        if (written.ok() || !context.idempotency)
            co_return written;
        // Whoever was first may have changed what this one was refused for.
        Task<Result<std::optional<Response>>> task = earlierAnswer<Response>(context);
        CO_TRY(std::optional<Response> earlier, co_await task);
        if (!earlier)
            co_return std::move(written).problem();
        co_return *std::move(earlier);
    }

    /// The earlier answer to the context's key, else what write() gives. `work` looks at nothing that its success changes before it is called.
    template <class Response, class Work> Task<Result<Response>> once(const RequestContext &context, const RequestContext &inTenant, Work work) const
    {
        Task<Result<std::optional<Response>>> asking = earlierAnswer<Response>(context);
        CO_TRY(std::optional<Response> earlier, co_await asking);
        if (earlier)
            co_return *std::move(earlier);
        Task<Result<Response>> writing = write<Response>(context, inTenant, std::move(work));
        co_return co_await writing;
    }

private:
    Database &m_database;
    const IdempotencyStore &m_keys;
};

} // namespace aegis
