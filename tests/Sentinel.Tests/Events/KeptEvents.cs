using Sentinel.Core.Home;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;

namespace Sentinel.Tests.Events;

internal static class KeptEvents
{
    /// <summary>All events that are kept in a home, the oldest first, without their numbers.</summary>
    public static IReadOnlyList<Event> ReadEvents(this SentinelHome home) => [.. home.ReadNumbered().Select(happened => happened with { Number = null })];

    /// <summary>All events that are kept in a home, the oldest first.</summary>
    public static IReadOnlyList<Event> ReadNumbered(this SentinelHome home)
    {
        using var log = new LogHistory(home.Events, new LogFiles());
        return EventLog.Read(log, log.End);
    }
}
