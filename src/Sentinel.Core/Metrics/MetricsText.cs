using System.Globalization;
using System.Text;
using Sentinel.Api;

namespace Sentinel.Core.Metrics;

/// <summary>The formats that metrics are read in.</summary>
public enum MetricsFormat
{
    /// <summary>The text format 0.0.4 of Prometheus.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}

/// <summary>
/// Writes metrics as text: https://prometheus.io/docs/instrumenting/exposition_formats/ and the specification of OpenMetrics 1.0. All names
/// and labels are the same in both.
/// </summary>
public static class MetricsText
{
    /// <summary>The names of all metrics, as most of their values have them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Families.All.Select(family => family.FullName)];

    /// <summary>What HTTP calls a format.</summary>
    public static string ContentType(MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(Answer.Metrics metrics, MetricsFormat format)
    {
        var text = new StringBuilder();
        var labels = metrics.All.Select(LabelsOf).ToList();
        foreach (var family in Families.All)
        {
            var isFirst = true;
            foreach (var sample in family.OfWhole(metrics))
                Write("", sample);
            for (var i = 0; i < metrics.All.Count; i++)
                foreach (var sample in family.OfProcess(metrics.All[i]))
                    Write(labels[i], sample);

            void Write(string own, Sample sample)
            {
                if (isFirst)
                    Describe(text, family, format);
                isFirst = false;
                MetricsText.Write(text, family.FullName, own, sample);
            }
        }

        return (format == MetricsFormat.OpenMetrics ? text.Append("# EOF\n") : text).ToString();
    }

    /// <summary>A number that is seen to be one with a fraction.</summary>
    internal static string Decimal(double number) => number.ToString("0.0###", CultureInfo.InvariantCulture);

    // OpenMetrics names a family without the ending of its values.
    private static void Describe(StringBuilder text, Family family, MetricsFormat format)
    {
        var isOpen = format == MetricsFormat.OpenMetrics;
        var name = isOpen ? family.Name : family.FullName;
        var kind = family.Kind == FamilyKind.Info && !isOpen ? FamilyKind.Gauge : family.Kind;
        text.Append($"# HELP {name} {family.Help}\n# TYPE {name} {kind.ToString().ToLowerInvariant()}\n");
    }

    private static void Write(StringBuilder text, string name, string own, Sample sample)
    {
        text.Append(name).Append(sample.Suffix);
        if (own.Length > 0 || sample.Label is not null)
        {
            text.Append('{').Append(own);
            if (sample.Label is { } label)
                text.Append(own.Length > 0 ? "," : "").Append(Label(label.Name, label.Value));
            text.Append('}');
        }

        text.Append(' ').Append(sample.Value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string LabelsOf(ProcessMetrics process)
    {
        List<string> labels = [Label("process", process.Name)];
        if (process.Project is { } project)
            labels.Add(Label("project", project));
        if (process.Instance is { } instance)
            labels.Add(Label("instance", instance.ToString(CultureInfo.InvariantCulture)));
        return string.Join(',', labels);
    }

    private static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"";
}
