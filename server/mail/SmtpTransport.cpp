#include "server/mail/SmtpTransport.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

namespace aegis {
namespace {

/// How far a mail came, by the last command that was sent.
enum class Stage { Greeting, Sender, Recipient, Data };

/// What the callbacks of one transfer know.
struct Transfer {
    QByteArrayView left; ///< of the mail
    Stage stage = Stage::Greeting;
    QByteArray answer{}; ///< last refusal of the server at this stage, cut
    const std::atomic<bool> *stopping = nullptr;
};

std::size_t giveMail(char *into, std::size_t size, std::size_t count, void *state)
{
    auto &transfer = *static_cast<Transfer *>(state);
    const qsizetype given = std::min(transfer.left.size(), static_cast<qsizetype>(size * count));
    std::memcpy(into, transfer.left.data(), static_cast<std::size_t>(given));
    transfer.left = transfer.left.sliced(given);
    return static_cast<std::size_t>(given);
}

/// Hears the dialogue: only which command it is, never what is in it, because passwords are in it too.
int hear(CURL *, curl_infotype kind, char *data, std::size_t size, void *state)
{
    auto &transfer = *static_cast<Transfer *>(state);
    const QByteArrayView text(data, static_cast<qsizetype>(size));
    if (kind == CURLINFO_HEADER_OUT) {
        const Stage before = transfer.stage;
        if (text.startsWith("MAIL "))
            transfer.stage = Stage::Sender;
        else if (text.startsWith("RCPT "))
            transfer.stage = Stage::Recipient;
        else if (text.startsWith("DATA"))
            transfer.stage = Stage::Data;
        if (transfer.stage != before)
            transfer.answer.clear();
    } else if (kind == CURLINFO_HEADER_IN && (text.startsWith('4') || text.startsWith('5'))) { // not that of QUIT
        transfer.answer = text.first(std::min<qsizetype>(text.size(), 16)).toByteArray();
    }
    return 0;
}

int mayGoOn(void *state, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return *static_cast<Transfer *>(state)->stopping ? 1 : 0;
}

/// `550 5.1.1` of the server's last line: the reply code, and the enhanced one (RFC 3463) if there is one. The rest may name
/// the addressee.
QString codesOf(const QByteArray &line)
{
    const QByteArrayList words = line.simplified().replace('-', ' ').split(' ');
    QByteArray codes;
    for (const QByteArray &word : words.first(std::min<qsizetype>(words.size(), 2))) {
        const bool isCode = !word.isEmpty() && std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
        if (isCode)
            codes += (codes.isEmpty() ? "" : " ") + word;
    }
    return QString::fromLatin1(codes);
}

/// Whether the answer to RCPT is about the addressee. Many a server tells there what it has against us, for it waits with all refusals
/// until then: 530, 5.7.1 and the like are no end (RFC 3463, 3.2 and 3.3).
bool isAboutTheAddressee(const QString &said)
{
    const QStringList codes = said.split(QLatin1Char(' '));
    if (codes.size() > 1)
        return codes[1].startsWith(QLatin1String("5.1.")) || codes[1].startsWith(QLatin1String("5.2."));
    return codes[0] == QLatin1String("550") || codes[0] == QLatin1String("551") || codes[0] == QLatin1String("553");
}

const char *stageName(Stage stage)
{
    switch (stage) {
    case Stage::Greeting:
        return "before the sender was named";
    case Stage::Sender:
        return "for the sender";
    case Stage::Recipient:
        return "for the addressee";
    case Stage::Data:
        return "for the mail itself";
    }
    return "";
}

} // namespace

/// One handle of libcurl, with its open connection.
class SmtpTransport::Session {
public:
    Session()
    {
        static std::once_flag once;
        std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
        m_curl = curl_easy_init();
    }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;
    ~Session()
    {
        // libcurl says goodbye, and waits two minutes for the answer of a server that is silent.
        for (const curl_socket_t socket : m_sockets)
            ::shutdown(socket, SHUT_RDWR);
        curl_easy_cleanup(m_curl);
    }

    /// Forgets the options of the transfer before, and keeps the connection.
    CURL *fresh()
    {
        curl_easy_reset(m_curl);
        curl_easy_setopt(m_curl, CURLOPT_SOCKOPTFUNCTION, noteOpen);
        curl_easy_setopt(m_curl, CURLOPT_SOCKOPTDATA, this);
        curl_easy_setopt(m_curl, CURLOPT_CLOSESOCKETFUNCTION, closeNoted);
        curl_easy_setopt(m_curl, CURLOPT_CLOSESOCKETDATA, this);
        return m_curl;
    }

private:
    static int noteOpen(void *self, curl_socket_t socket, curlsocktype)
    {
        static_cast<Session *>(self)->m_sockets.push_back(socket);
        return CURL_SOCKOPT_OK;
    }
    static int closeNoted(void *self, curl_socket_t socket)
    {
        std::erase(static_cast<Session *>(self)->m_sockets, socket);
        return ::close(socket);
    }

    CURL *m_curl = nullptr;
    std::vector<curl_socket_t> m_sockets; ///< open ones
};

SmtpTransport::SmtpTransport(Options options) : m_options(std::move(options)), m_session(std::make_unique<Session>()) {}

SmtpTransport::~SmtpTransport() = default;

MailOutcome SmtpTransport::send(const MailMessage &mail)
{
    const bool isIpv6 = m_options.host.contains(QLatin1Char(':'));
    const QByteArray host = isIpv6 ? '[' + m_options.host.toLatin1() + ']' : m_options.host.toLatin1();
    const QByteArray url = (m_options.tls == Tls::Implicit ? "smtps://" : "smtp://") + host + ':' + QByteArray::number(m_options.port);
    const QByteArray sender = '<' + mail.from.address.text().toUtf8() + '>';
    const QByteArray recipient = '<' + mail.to.address.text().toUtf8() + '>';
    const QByteArray user = m_options.user.toUtf8();
    const QByteArray password = m_options.password.reveal().toByteArray();
    const QByteArray caFile = m_options.caFile.toUtf8();
    const auto milliseconds = static_cast<long>(m_options.timeout.count());
    Transfer transfer{.left = mail.bytes, .stopping = &m_stopping};
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(curl_slist_append(nullptr, recipient.constData()), curl_slist_free_all);

    CURL *const curl = m_session->fresh();
    curl_easy_setopt(curl, CURLOPT_URL, url.constData());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // whatever the environment says
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(m_options.tls == Tls::Off ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!caFile.isEmpty())
        curl_easy_setopt(curl, CURLOPT_CAINFO, caFile.constData());
    if (!user.isEmpty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, user.constData());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password.constData());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.constData());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, milliseconds / 2));
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(1L, milliseconds / 1000));
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, giveMail);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, mayGoOn);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);

    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        return MailOutcome::sent();
    // A connection that was left in the middle of a dialogue is not used again: libcurl closes it with the error.
    const QString said = codesOf(transfer.answer);
    const QString reason = QStringLiteral("%1 %2%3").arg(QLatin1String(curl_easy_strerror(code)), QLatin1String(stageName(transfer.stage)),
                                                         said.isEmpty() ? QString() : QStringLiteral(", the server said ") + said);
    // Only what is about this mail is for good. A server that does not know us (yet) is the operator's to mend.
    const bool isAboutThisMail = transfer.stage == Stage::Data || (transfer.stage == Stage::Recipient && isAboutTheAddressee(said));
    const bool isForGood = said.startsWith(QLatin1Char('5')) && code != CURLE_LOGIN_DENIED && code != CURLE_OPERATION_TIMEDOUT;
    return isAboutThisMail && isForGood ? MailOutcome::refused(reason) : MailOutcome::failed(reason);
}

} // namespace aegis
