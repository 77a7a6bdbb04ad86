#include "server/events/EventBatch.h"
#include "server/db/RowJson.h"
#include "tests/support/TestMain.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSet>

using namespace aegis;

class TestEventBatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wrapsAnEventInItsEnvelope();
    void saysNullWhereNothingIsKnown();
    void aDraftMayNameAnotherActorAndSession();
    void theFirstEventIsTheCauseOfTheOthers();
    void theDigestIsOverTheCanonicalBytes();
    void theBytesAreThoseOfTheOldWay_data();
    void theBytesAreThoseOfTheOldWay();
    void anyChangeChangesTheDigest();
    void isOwnedByOrganizationElsePersonElsePlatform();
    void theCatalogueNamesEachTypeOnce();
    void anUnknownNameIsNoType();

private:
    static RequestContext context()
    {
        RequestContext context;
        context.now = fromUnixSeconds(1'800'000'000) + std::chrono::microseconds(123'456);
        context.tenant = {.organization = OrganizationId::make(context.now), .user = UserId::make(context.now)};
        context.actor = {.user = context.tenant.user, .session = SessionId::make(context.now), .token = {}, .roles = {}, .authTime = {}};
        context.correlationId = CorrelationId::make(context.now);
        context.client = {.address = QHostAddress(QStringLiteral("192.0.2.7")), .userAgent = QStringLiteral("curl/8 \"ü\"")};
        return context;
    }
    static QJsonArray parsed(const EventBatch &batch) { return QJsonDocument::fromJson(batch.json()).array(); }
    static EventDraft logout(const QUuid &subject = {})
    {
        return {.type = EventType::UserLogout, .subject = subject, .payload = {{QStringLiteral("allDevices"), true}}};
    }
};

static QString text(const QUuid &uuid)
{
    return QString::fromLatin1(uuidText(uuid));
}

void TestEventBatch::wrapsAnEventInItsEnvelope()
{
    const RequestContext ctx = context();
    EventBatch batch(ctx);

    batch.add(logout(ctx.tenant.user.uuid()));

    QJsonObject envelope = parsed(batch).at(0).toObject();
    QVERIFY(EventId::parse(envelope.take(QStringLiteral("id")).toString().toLatin1()));
    QCOMPARE(envelope.take(QStringLiteral("digest")).toString().size(), 64);
    const QJsonObject expected{
        {QStringLiteral("type"), QStringLiteral("UserLogout")},
        {QStringLiteral("version"), 1},
        {QStringLiteral("occurredAt"), QStringLiteral("2027-01-15T08:00:00.123Z")},
        {QStringLiteral("tenantId"), text(ctx.tenant.organization.uuid())},
        {QStringLiteral("organizationId"), text(ctx.tenant.organization.uuid())},
        {QStringLiteral("actor"), text(ctx.tenant.user.uuid())},
        {QStringLiteral("subject"), text(ctx.tenant.user.uuid())},
        {QStringLiteral("sessionId"), text(ctx.actor.session.uuid())},
        {QStringLiteral("correlationId"), text(ctx.correlationId.uuid())},
        {QStringLiteral("causationId"), QJsonValue::Null},
        {QStringLiteral("ip"), QStringLiteral("192.0.2.7")},
        {QStringLiteral("userAgent"), QStringLiteral("curl/8 \"ü\"")},
        {QStringLiteral("payload"), QJsonObject{{QStringLiteral("allDevices"), true}}},
    };
    QCOMPARE(envelope, expected);
}

void TestEventBatch::saysNullWhereNothingIsKnown()
{
    const RequestContext ctx = RequestContext::forSystem(fromUnixSeconds(1'800'000'000));
    EventBatch batch(ctx);

    batch.add(logout());

    const QJsonObject envelope = parsed(batch).at(0).toObject();
    for (const char *member : {"organizationId", "actor", "subject", "sessionId", "causationId", "ip"})
        QVERIFY2(envelope.value(QLatin1String(member)).isNull(), member);
    QCOMPARE(envelope.value(QStringLiteral("tenantId")).toString(), QStringLiteral("00000000-0000-0000-0000-000000000000"));
}

void TestEventBatch::aDraftMayNameAnotherActorAndSession()
{
    const RequestContext ctx = context();
    EventDraft draft = logout();
    draft.actor = UserId::make(ctx.now);
    draft.session = SessionId::make(ctx.now);
    EventBatch batch(ctx);

    batch.add(draft);

    const QJsonObject envelope = parsed(batch).at(0).toObject();
    QCOMPARE(envelope.value(QStringLiteral("actor")).toString(), text(draft.actor.uuid()));
    QCOMPARE(envelope.value(QStringLiteral("sessionId")).toString(), text(draft.session.uuid()));
}

void TestEventBatch::theFirstEventIsTheCauseOfTheOthers()
{
    const RequestContext ctx = context();
    EventBatch batch(ctx);

    batch.add(logout()).add(logout()).add(logout());

    const QJsonArray all = parsed(batch);
    QCOMPARE(all.size(), 3);
    const QJsonValue first = all.at(0)[QStringLiteral("id")];
    QCOMPARE(all.at(1)[QStringLiteral("causationId")], first);
    QCOMPARE(all.at(2)[QStringLiteral("causationId")], first);
    QVERIFY2(first.toString() < all.at(1)[QStringLiteral("id")].toString(), "ids are in the order of the events");
    QVERIFY(all.at(1)[QStringLiteral("id")].toString() < all.at(2)[QStringLiteral("id")].toString());
}

void TestEventBatch::theDigestIsOverTheCanonicalBytes()
{
    // Written by hand: members in the order of their names, no white space, nothing escaped that need not be.
    const QByteArray bytes = R"({"actor":null,"payload":{"a":"ü \" / \\","b":[1,true,null]},"type":"T"})";
    const QJsonObject envelope = QJsonDocument::fromJson(
                                     R"({ "type" : "T", "digest":"x", "payload" : {"b":[1,true,null], "a":"\u00fc \" \/ \\"}, "actor":null })")
                                     .object();
    QCOMPARE(EventBatch::canonicalBytes(envelope), bytes);

    const RequestContext ctx = context();
    EventBatch batch(ctx);
    batch.add(logout()).add(logout());
    const QJsonArray all = parsed(batch);
    for (const QJsonValue &event : all) {
        const QByteArray canonical = EventBatch::canonicalBytes(event.toObject());
        QVERIFY(!canonical.contains("digest"));
        QCOMPARE(event[QStringLiteral("digest")].toString().toLatin1(), QCryptographicHash::hash(canonical, QCryptographicHash::Sha256).toHex());
    }
}

// The trail's digests must stay what they were when the envelopes were objects of Qt, which is kept here. Only the ids, which
// are made anew, are taken from the batch.
static QByteArray byTheOldWay(const RequestContext &ctx, const std::vector<EventDraft> &drafts, const QJsonArray &ids)
{
    QJsonArray envelopes;
    for (const EventDraft &draft : drafts) {
        const EventInfo &info = eventInfo(draft.type);
        const QJsonValue id = ids.at(envelopes.size())[QStringLiteral("id")];
        QJsonObject envelope{
            {QStringLiteral("id"), id},
            {QStringLiteral("type"), QString(info.name)},
            {QStringLiteral("version"), info.version},
            {QStringLiteral("occurredAt"), rowjson::time(ctx.now)},
            {QStringLiteral("tenantId"), rowjson::tenant(ctx.tenant.owner())},
            {QStringLiteral("organizationId"), rowjson::id(ctx.tenant.organization)},
            {QStringLiteral("actor"), rowjson::id(draft.actor.isNil() ? ctx.actor.user : draft.actor)},
            {QStringLiteral("subject"), rowjson::uuid(draft.subject)},
            {QStringLiteral("sessionId"), rowjson::id(draft.session.isNil() ? ctx.actor.session : draft.session)},
            {QStringLiteral("correlationId"), rowjson::id(ctx.correlationId)},
            {QStringLiteral("causationId"), envelopes.isEmpty() ? QJsonValue(QJsonValue::Null) : envelopes.at(0)[QStringLiteral("id")]},
            {QStringLiteral("ip"), rowjson::address(ctx.client.address)},
            {QStringLiteral("userAgent"), ctx.client.userAgent},
            {QStringLiteral("payload"), draft.payload},
        };
        const QByteArray canonical = QJsonDocument(envelope).toJson(QJsonDocument::Compact);
        envelope.insert(QStringLiteral("digest"), QString::fromLatin1(QCryptographicHash::hash(canonical, QCryptographicHash::Sha256).toHex()));
        envelopes.append(envelope);
    }
    return QJsonDocument(envelopes).toJson(QJsonDocument::Compact);
}

void TestEventBatch::theBytesAreThoseOfTheOldWay_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("userAgent");
    QTest::newRow("usual") << QStringLiteral("192.0.2.7") << QStringLiteral("curl/8");
    QTest::newRow("nothing known") << QString() << QString();
    QTest::newRow("the lowest address") << QStringLiteral("0.0.0.0") << QStringLiteral(" ");
    QTest::newRow("the highest address") << QStringLiteral("255.255.255.255") << QStringLiteral("\"\\\b\f\n\r\t\x01\x7f");
    QTest::newRow("IPv6") << QStringLiteral("2001:db8::7") << QStringLiteral("\u00fc\u2028\U0001F511");
    QTest::newRow("IPv6 with a scope") << QStringLiteral("fe80::1%eth0") << QString(QChar(0xd83d));
    QTest::newRow("IPv4 within IPv6") << QStringLiteral("::ffff:192.0.2.7") << QString(QChar(0xde00)) + QChar(0xd83d);
    QTest::newRow("a long agent") << QStringLiteral("10.0.0.1") << QString(512, u'\u20ac');
}

void TestEventBatch::theBytesAreThoseOfTheOldWay()
{
    QFETCH(QString, address);
    QFETCH(QString, userAgent);
    RequestContext ctx = context();
    ctx.client = {.address = QHostAddress(address), .userAgent = userAgent};
    const EventDraft signedIn{.type = EventType::UserLoggedIn,
                              .subject = QUuid(),
                              .payload = {{QStringLiteral("methods"), QJsonArray{QStringLiteral("pwd"), QStringLiteral("\u00fc")}}},
                              .session = SessionId::make(ctx.now),
                              .actor = UserId::make(ctx.now)};
    const std::vector<EventDraft> drafts{logout(UserId::make(ctx.now).uuid()), signedIn, logout()};
    for (const bool bare : {false, true}) {
        if (bare)
            ctx.tenant = {}, ctx.actor = {}, ctx.correlationId = {};
        EventBatch batch(ctx);
        for (const EventDraft &draft : drafts)
            batch.add(draft);

        QCOMPARE(batch.json(), byTheOldWay(ctx, drafts, parsed(batch)));
    }
    QCOMPARE(EventBatch(ctx).json(), QByteArray("[]"));
}

void TestEventBatch::anyChangeChangesTheDigest()
{
    const RequestContext ctx = context();
    EventBatch batch(ctx);
    batch.add(logout());
    const QJsonObject envelope = parsed(batch).at(0).toObject();
    const QByteArray bytes = EventBatch::canonicalBytes(envelope);

    const QStringList members = envelope.keys();
    QCOMPARE(members.size(), 15);
    for (const QString &member : members) {
        QJsonObject changed = envelope;
        changed.insert(member, QStringLiteral("another"));
        QCOMPARE(EventBatch::canonicalBytes(changed) == bytes, member == QLatin1String("digest"));
    }
}

void TestEventBatch::isOwnedByOrganizationElsePersonElsePlatform()
{
    RequestContext ctx = context();
    const auto owner = [&ctx] {
        EventBatch batch(ctx);
        return parsed(batch.add(logout())).at(0)[QStringLiteral("tenantId")].toString();
    };

    QCOMPARE(owner(), text(ctx.tenant.organization.uuid()));
    ctx.tenant.organization = {};
    QCOMPARE(owner(), text(ctx.tenant.user.uuid()));
    ctx.tenant.user = {};
    QCOMPARE(owner(), QStringLiteral("00000000-0000-0000-0000-000000000000"));
}

void TestEventBatch::theCatalogueNamesEachTypeOnce()
{
    QSet<QLatin1String> names;
    for (const EventInfo &info : eventCatalogue()) {
        QVERIFY2(!names.contains(info.name), info.name.data());
        names.insert(info.name);
        QCOMPARE(eventTypeFromName(info.name), std::optional(info.type));
        QVERIFY(&eventInfo(info.type) == &info);
        QVERIFY2(info.version >= 1 && !info.when.isEmpty() && !info.subject.isEmpty(), info.name.data());
        QSet<QLatin1String> fields;
        for (const EventField &field : info.payload) {
            QVERIFY2(!fields.contains(field.name) && !field.meaning.isEmpty(), field.name.data());
            fields.insert(field.name);
        }
    }
    QCOMPARE(names.size(), 60);
}

void TestEventBatch::anUnknownNameIsNoType()
{
    QVERIFY(!eventTypeFromName(QLatin1String("userLogout")));
    QVERIFY(!eventTypeFromName(QLatin1String()));
}

AEGIS_TEST(TestEventBatch)
#include "TestEventBatch.moc"
