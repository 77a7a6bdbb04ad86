#include "server/metrics/Metrics.h"

#include "server/metrics/MetricFamilies.h"
#include "server/metrics/ProcessMetrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace aegis {
namespace {

bool isMetricName(const std::string &name)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
    if (name.empty() || !isLetter(name.front()))
        return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
}

/// The series of one name: one metric for each set of labels. Pointers to the metrics stay good.
template <class Metric> struct Series {
    std::string help;
    std::map<MetricLabels, std::unique_ptr<Metric>> metrics;
};

} // namespace

struct Metrics::Source {
    prometheus::MetricType type;
    std::string name;
    std::string help;
    MetricLabels labels;
    std::function<double()> sample;
};

struct Metrics::Registry {
    mutable std::mutex mutex;
    std::map<std::string, Series<Counter>> counters;
    std::map<std::string, Series<Histogram>> histograms;
    std::map<std::string, std::unique_ptr<OperationMetrics>> operations;
    std::map<std::uint64_t, Source> sources;
    std::map<std::string, prometheus::MetricType> types; ///< a name stands for one kind of metric
    std::uint64_t nextSource = 1;

    void claim(const std::string &name, prometheus::MetricType type)
    {
        if (!isMetricName(name))
            throw std::logic_error("'" + name + "' is no name for a metric");
        if (types.emplace(name, type).first->second != type)
            throw std::logic_error("the metric '" + name + "' is already of another kind");
    }

    template <class Metric>
    static Metric &find(std::map<std::string, Series<Metric>> &all, const std::string &name, const std::string &help, const MetricLabels &labels)
    {
        Series<Metric> &series = all.try_emplace(name, Series<Metric>{help, {}}).first->second;
        std::unique_ptr<Metric> &metric = series.metrics[labels];
        if (!metric)
            metric = std::make_unique<Metric>();
        return *metric;
    }
};

Metrics::Metrics() : m_registry(std::make_unique<Registry>())
{
    m_registry->claim("http_requests_total", prometheus::MetricType::Counter);
    m_registry->claim("http_request_duration_seconds", prometheus::MetricType::Histogram);
}

Metrics::~Metrics() = default;

Counter &Metrics::counter(const std::string &name, const std::string &help, const MetricLabels &labels)
{
    const std::lock_guard lock(m_registry->mutex);
    m_registry->claim(name, prometheus::MetricType::Counter);
    return Registry::find(m_registry->counters, name, help, labels);
}

Histogram &Metrics::histogram(const std::string &name, const std::string &help, const MetricLabels &labels)
{
    const std::lock_guard lock(m_registry->mutex);
    m_registry->claim(name, prometheus::MetricType::Histogram);
    return Registry::find(m_registry->histograms, name, help, labels);
}

OperationMetrics &Metrics::operation(const std::string &operationId)
{
    const std::lock_guard lock(m_registry->mutex);
    std::unique_ptr<OperationMetrics> &metrics = m_registry->operations[operationId];
    if (!metrics)
        metrics = std::make_unique<OperationMetrics>(operationId);
    return *metrics;
}

Metrics::Sampled Metrics::gauge(const std::string &name, const std::string &help, std::function<double()> sample, const MetricLabels &labels)
{
    return add({prometheus::MetricType::Gauge, name, help, labels, std::move(sample)});
}

Metrics::Sampled Metrics::sampledCounter(const std::string &name, const std::string &help, std::function<double()> sample, const MetricLabels &labels)
{
    return add({prometheus::MetricType::Counter, name, help, labels, std::move(sample)});
}

Metrics::Sampled Metrics::add(Source source)
{
    const std::lock_guard lock(m_registry->mutex);
    m_registry->claim(source.name, source.type);
    const std::uint64_t key = m_registry->nextSource++;
    m_registry->sources.emplace(key, std::move(source));
    return Sampled(this, key);
}

Metrics::Sampled::Sampled(Sampled &&other) noexcept : m_metrics(std::exchange(other.m_metrics, nullptr)), m_key(other.m_key) {}

Metrics::Sampled &Metrics::Sampled::operator=(Sampled &&other) noexcept
{
    std::swap(m_metrics, other.m_metrics);
    std::swap(m_key, other.m_key);
    return *this;
}

Metrics::Sampled::~Sampled()
{
    if (m_metrics == nullptr)
        return;
    const std::lock_guard lock(m_metrics->m_registry->mutex); // after this no reader is inside the callback
    m_metrics->m_registry->sources.erase(m_key);
}

QByteArray Metrics::render() const
{
    MetricFamilies families;
    {
        const std::lock_guard lock(m_registry->mutex);
        for (const auto &[id, operation] : m_registry->operations)
            families.add(*operation);
        for (const auto &[name, series] : m_registry->counters) {
            for (const auto &[labels, counter] : series.metrics)
                families.addCounter(name, series.help, labels, static_cast<double>(counter->value()));
        }
        for (const auto &[name, series] : m_registry->histograms) {
            for (const auto &[labels, histogram] : series.metrics)
                families.addHistogram(name, series.help, labels, histogram->snapshot());
        }
        for (const auto &[key, source] : m_registry->sources) {
            if (source.type == prometheus::MetricType::Counter)
                families.addCounter(source.name, source.help, source.labels, source.sample());
            else
                families.addGauge(source.name, source.help, source.labels, source.sample());
        }
    }
    if (const auto process = ProcessMetrics::read())
        families.add(*process);
    families.addGauge("aegis_build_info", "Always 1; the labels say what runs.", {{"version", AEGIS_VERSION}, {"qt", qVersion()}}, 1);
    return QByteArray::fromStdString(static_cast<const prometheus::Serializer &>(prometheus::TextSerializer()).Serialize(families.take()));
}

} // namespace aegis
