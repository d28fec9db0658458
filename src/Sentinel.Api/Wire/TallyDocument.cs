using System.Text.Json;
using Sentinel.Model.Policy;

namespace Sentinel.Api.Wire;

/// <summary>What has happened to a process in numbers, in the state and over the socket; what never happened is left out.</summary>
public static class TallyDocument
{
    public static void Write(Utf8JsonWriter json, string name, Tally tally)
    {
        json.WriteStartObject(name);
        Write(json, "restarts", tally.Restarts, RestartReasons.All, RestartReasons.Word);
        Write(json, "ends", tally.Ends, EndKinds.All, EndKinds.Word);
        Write(json, "checks", tally.Checks, CheckResults.All, CheckResults.Word);
        if (tally.Starts != StartTimes.None)
        {
            json.WriteStartObject("starts");
            json.WriteArray("counts", Enumerable.Range(0, StartTimes.Bounds.Count + 1), bucket => json.WriteNumberValue(tally.Starts.Counts[bucket]));
            json.WriteNumber("milliseconds", tally.Starts.Milliseconds);
            json.WriteEndObject();
        }

        if (tally.LastSuccess is { } success)
            json.WriteString("lastSuccess", success);
        json.WriteEndObject();
    }

    public static Tally Read(JsonElement json) => new()
    {
        Restarts = ReadCounts(json, "restarts", RestartReasons.All, RestartReasons.Word),
        Ends = ReadCounts(json, "ends", EndKinds.All, EndKinds.Word),
        Checks = ReadCounts(json, "checks", CheckResults.All, CheckResults.Word),
        Starts = json.Maybe("starts") is { } starts ? ReadStarts(starts) : StartTimes.None,
        LastSuccess = json.Maybe("lastSuccess")?.Time(),
    };

    private static void Write<T>(Utf8JsonWriter json, string name, Counts<T> counts, IReadOnlyList<T> all, Func<T, string> word)
        where T : unmanaged
    {
        if (counts.IsNone)
            return;
        json.WriteStartObject(name);
        foreach (var each in all)
            if (counts[each] is > 0 and var count)
                json.WriteNumber(word(each), count);
        json.WriteEndObject();
    }

    // What only a newer version counts is passed over.
    private static Counts<T> ReadCounts<T>(JsonElement json, string name, IReadOnlyList<T> all, Func<T, string> word)
        where T : unmanaged =>
        json.Maybe(name) is not { } counts ? Counts<T>.None
        : all.Aggregate(Counts<T>.None, (read, each) => read.With(each, counts.Maybe(word(each))?.GetInt64() ?? 0));

    private static StartTimes ReadStarts(JsonElement json)
    {
        var buckets = json.Get("counts").EnumerateArray().Take(StartTimes.Bounds.Count + 1).Select((count, bucket) => (Count: count.GetInt64(), Bucket: bucket));
        return new StartTimes(
            buckets.Aggregate(Counts<int>.None, (read, each) => read.With(each.Bucket, each.Count)), Math.Clamp(json.Get("milliseconds").GetInt64(), 0, Counts<int>.Most));
    }
}
