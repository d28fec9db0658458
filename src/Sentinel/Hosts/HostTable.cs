using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Hosts;

/// <summary>The processes of several machines in one table.</summary>
internal sealed class HostTable
{
    /// <summary>In the order of the machines.</summary>
    public List<ProcessSummary> Processes { get; } = [];

    /// <summary>Where each is.</summary>
    public ProcessColumn Column => new("host", new Column("HOST", Fair: 12, Least: 6), (process, _) => process.Host!);

    /// <summary>Adds what <c>list --json</c> printed there.</summary>
    /// <exception cref="HostException">It cannot be understood.</exception>
    public void Add(HostName host, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var process in document.RootElement.Get("processes").EnumerateArray().Select(ProcessDocument.Read))
                Processes.Add(ProcessSummary.Of(process) with { Host = host.Label });
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new HostException($"what its sentinel says of its processes cannot be understood here ({e.Message}); 'sentinel deploy' brings this one there");
        }
    }
}
