#include "server/metrics/MetricFamilies.h"

#include <limits>

namespace aegis {

prometheus::ClientMetric &MetricFamilies::append(const std::string &name, const std::string &help, prometheus::MetricType type,
                                                 const MetricLabels &labels)
{
    prometheus::MetricFamily &family = m_families[name];
    family.name = name;
    family.help = help;
    family.type = type;
    prometheus::ClientMetric &metric = family.metric.emplace_back();
    for (const auto &[label, value] : labels)
        metric.label.push_back({label, value});
    return metric;
}

void MetricFamilies::addCounter(const std::string &name, const std::string &help, const MetricLabels &labels, double value)
{
    append(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricFamilies::addGauge(const std::string &name, const std::string &help, const MetricLabels &labels, double value)
{
    append(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricFamilies::addHistogram(const std::string &name, const std::string &help, const MetricLabels &labels, const Histogram::Snapshot &snapshot)
{
    prometheus::ClientMetric::Histogram &histogram = append(name, help, prometheus::MetricType::Histogram, labels).histogram;
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i)
        histogram.bucket.push_back({snapshot.cumulative[i], Histogram::bounds[i]});
    histogram.bucket.push_back({snapshot.cumulative.back(), std::numeric_limits<double>::infinity()});
    histogram.sample_count = snapshot.cumulative.back();
    histogram.sample_sum = snapshot.sum;
}

void MetricFamilies::add(const OperationMetrics &operation)
{
    for (int status = OperationMetrics::firstStatus; status <= OperationMetrics::lastStatus; ++status) {
        const std::uint64_t answers = operation.answers(status);
        if (answers > 0)
            addCounter("http_requests_total", "Requests answered.", {{"operation", operation.operation()}, {"status", std::to_string(status)}},
                       static_cast<double>(answers));
    }
    addHistogram("http_request_duration_seconds", "Time from a whole request to its answer.", {{"operation", operation.operation()}},
                 operation.durations());
}

void MetricFamilies::add(const ProcessMetrics &process)
{
    addCounter("process_cpu_seconds_total", "User and system CPU time spent.", {}, process.cpuSeconds);
    addGauge("process_resident_memory_bytes", "Resident memory.", {}, process.residentBytes);
    addGauge("process_virtual_memory_bytes", "Virtual memory.", {}, process.virtualBytes);
    addGauge("process_start_time_seconds", "When the process started, in seconds since 1970.", {}, process.startSeconds);
    addGauge("process_threads", "Threads of the process.", {}, process.threads);
    addGauge("process_open_fds", "Open file descriptors.", {}, process.openDescriptors);
    addGauge("process_max_fds", "The limit of open file descriptors.", {}, process.maxDescriptors);
}

std::vector<prometheus::MetricFamily> MetricFamilies::take()
{
    std::vector<prometheus::MetricFamily> families;
    families.reserve(m_families.size());
    for (auto &[name, family] : m_families)
        families.push_back(std::move(family));
    m_families.clear();
    return families;
}

} // namespace aegis
