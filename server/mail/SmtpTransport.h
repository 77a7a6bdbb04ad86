#pragma once

#include "server/mail/MailTransport.h"
#include "shared/text/Secret.h"

#include <atomic>
#include <chrono>
#include <memory>

namespace aegis {

/// Hands mails to a mail server (RFC 6409, RFC 5321) with libcurl. TLS is asked for before anything else is said, and the
/// server's certificate is always checked. The connection is kept for the next mail. An address that is not ASCII needs a
/// server that knows SMTPUTF8 (RFC 6531).
class SmtpTransport final : public MailTransport {
public:
    enum class Tls {
        Starttls, ///< required (RFC 3207)
        Implicit, ///< from the first byte (RFC 8314)
        Off,
    };
    struct Options {
        QString host;
        int port = 587;
        Tls tls = Tls::Starttls;
        QString user{}; ///< empty: without authentication
        Secret password{};
        QString caFile{};                          ///< empty: the authorities of the system
        std::chrono::milliseconds timeout{30'000}; ///< for one mail, connection and all
    };

    explicit SmtpTransport(Options options);
    ~SmtpTransport() override;

    MailOutcome send(const MailMessage &mail) override;
    void stop() override { m_stopping = true; }

private:
    class Session;

    const Options m_options;
    std::atomic<bool> m_stopping{false};
    const std::unique_ptr<Session> m_session;
};

} // namespace aegis
