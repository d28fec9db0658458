using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Hooks;

/// <summary>How far a hook is, and how it went last: kept in a file of its own, so that a hook that is busy costs no other write.</summary>
/// <param name="Delivered">The number of the last event that it has heard of.</param>
/// <param name="Event">The word of that; null: it has heard of none.</param>
/// <param name="At">When that was over.</param>
/// <param name="Why">What went wrong, as the end of a sentence; null: nothing.</param>
public sealed record HookReport(long Delivered, string? Event, DateTimeOffset? At, double Seconds, string? Why)
{
    /// <summary>Null: there is none that can be read, as before its first event, or it is of another hook that had the name.</summary>
    public static HookReport? Read(SentinelHome home, IHomeFiles files, Hook hook)
    {
        try
        {
            if (files.ReadAll(home.HookReport(hook.Name)) is not { } json)
                return null;
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.Get("delivered").GetInt64() <= hook.After ? null : new HookReport(root.Get("delivered").GetInt64(), root.Maybe("event")?.GetString(), root.Maybe("at")?.Time(), root.Get("seconds").GetDouble(), root.Maybe("why")?.GetString());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(SentinelHome home, IHomeFiles files, string hook)
    {
        var path = home.HookReport(hook);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = $"{path}.new";
        files.WriteAll(next, JsonFields.Object(JsonFields.Relaxed, json =>
        {
            json.WriteNumber("delivered", Delivered);
            json.WriteOrNull("event", Event);
            json.WriteOrNull("at", At);
            json.WriteNumber("seconds", Seconds);
            json.WriteOrNull("why", Why);
        }));
        // Whole, or as it was.
        File.Move(next, path, overwrite: true);
    }
}
