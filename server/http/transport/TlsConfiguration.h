#pragma once

#include "shared/result/Result.h"
#include "shared/time/Instant.h"

#include <QtCore/QString>
#include <QtNetwork/QSslConfiguration>

namespace aegis::http {

/// Certificate chain and private key of a listener: TLS 1.2 or newer, ALPN `http/1.1`, no client certificates.
/// A value: cheap to copy, no thread rules.
class TlsConfiguration {
public:
    /// Reads PEM files: the chain with the server's own certificate first, and its key (RSA or EC, not encrypted).
    /// The problem `internal` says in its internal text which file is unreadable, empty or does not fit the other.
    static Result<TlsConfiguration> load(const QString &certificateFile, const QString &keyFile);

    /// Whom the server's own certificate is for: its DNS names, else its subject.
    QString subject() const;
    /// Until when it is good.
    Instant notAfter() const;
    /// A sentence when it is not good any more, not yet, or for less than 14 days; else empty.
    QString warningAt(Instant now) const;

    const QSslConfiguration &configuration() const { return m_configuration; }

private:
    explicit TlsConfiguration(QSslConfiguration configuration) : m_configuration(std::move(configuration)) {}

    QSslConfiguration m_configuration;
};

} // namespace aegis::http
