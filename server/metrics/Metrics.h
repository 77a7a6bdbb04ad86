#pragma once

#include "server/metrics/Counter.h"
#include "server/metrics/OperationMetrics.h"

#include <QtCore/QByteArray>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace aegis {

/// Names and values that tell the series of one metric apart. Values must come from a small, fixed set.
using MetricLabels = std::map<std::string, std::string>;

/// All that is measured about one server, in the form that Prometheus reads. Any thread. Handles that it gives out stay
/// good for as long as it lives; ask once and keep them, asking takes a lock.
///
/// Names follow Prometheus: `[a-zA-Z_:][a-zA-Z0-9_:]*`, counters end with `_total`, seconds and bytes are the units.
/// A name that breaks this, or is used for two kinds of metric, is a bug and throws std::logic_error.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics &) = delete;
    Metrics &operator=(const Metrics &) = delete;

    /// The counter with that name and those labels, made at the first call.
    Counter &counter(const std::string &name, const std::string &help, const MetricLabels &labels = {});
    /// The histogram of durations with that name and those labels, made at the first call.
    Histogram &histogram(const std::string &name, const std::string &help, const MetricLabels &labels = {});
    /// `http_requests_total` and `http_request_duration_seconds` of one operation.
    OperationMetrics &operation(const std::string &operationId);

    /// Keeps a sampled metric alive: it leaves the metrics when this goes. It must not outlive the metrics.
    class [[nodiscard]] Sampled {
    public:
        Sampled() = default;
        Sampled(Sampled &&other) noexcept;
        Sampled &operator=(Sampled &&other) noexcept;
        ~Sampled();

    private:
        friend class Metrics;
        Sampled(Metrics *metrics, std::uint64_t key) : m_metrics(metrics), m_key(key) {}
        Metrics *m_metrics = nullptr;
        std::uint64_t m_key = 0;
    };
    /// A value that is asked for each time the metrics are read, on the reader's thread: it must be quick, thread-safe and
    /// must not call back into this object.
    Sampled gauge(const std::string &name, const std::string &help, std::function<double()> sample, const MetricLabels &labels = {});
    /// The same for a number that somebody else counts, and that only grows.
    Sampled sampledCounter(const std::string &name, const std::string &help, std::function<double()> sample, const MetricLabels &labels = {});

    /// Everything in the text exposition format 0.0.4, with what the kernel says about this process.
    QByteArray render() const;
    static constexpr const char *contentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct Registry;
    struct Source;
    Sampled add(Source source);

    std::unique_ptr<Registry> m_registry;
};

} // namespace aegis
