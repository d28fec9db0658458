namespace Sentinel.Model.Specs;

/// <summary>What a process reports by itself, in the format of sd_notify(3), to the address in NOTIFY_SOCKET.</summary>
public static class Notification
{
    public const string SocketVariable = "NOTIFY_SOCKET", WatchdogVariable = "WATCHDOG_USEC";

    /// <summary>The variables of a message.</summary>
    public static IEnumerable<(string Name, string Value)> Parse(string message)
    {
        foreach (var line in message.Split('\n'))
            if (line.IndexOf('=') is > 0 and var end)
                yield return (line[..end], line[(end + 1)..]);
    }
}
