#pragma once

#include "server/metrics/Metrics.h"
#include "server/metrics/ProcessMetrics.h"

#include <prometheus/metric_family.h>

#include <vector>

namespace aegis {

/// Gathers what was measured into the data model of prometheus-cpp: one family for each name, in the order of the names.
class MetricFamilies {
public:
    void addCounter(const std::string &name, const std::string &help, const MetricLabels &labels, double value);
    void addGauge(const std::string &name, const std::string &help, const MetricLabels &labels, double value);
    void addHistogram(const std::string &name, const std::string &help, const MetricLabels &labels, const Histogram::Snapshot &snapshot);
    void add(const OperationMetrics &operation);
    void add(const ProcessMetrics &process);

    std::vector<prometheus::MetricFamily> take();

private:
    prometheus::ClientMetric &append(const std::string &name, const std::string &help, prometheus::MetricType type, const MetricLabels &labels);

    std::map<std::string, prometheus::MetricFamily> m_families;
};

} // namespace aegis
