using System.Text;
using Sentinel.Api;
using Sentinel.Core.Metrics;

namespace Sentinel.Serve.Routes;

/// <summary>What is measured and counted, where Prometheus looks for it: the only route that is not below <c>/v1</c>.</summary>
internal static class MetricsRoute
{
    public const string Path = "/metrics";

    public static async Task Do(Call call)
    {
        var format = call.Context.Request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.Ordinal)
            ? MetricsFormat.OpenMetrics
            : MetricsFormat.Prometheus;
        var text = MetricsText.Of(await call.Ask<Answer.Metrics>(new Query.Metrics()), format);
        call.Context.Response.ContentType = MetricsText.ContentType(format);
        await call.Context.Response.WriteAsync(text, Encoding.UTF8, call.Gone);
    }
}
