using System.IO.Hashing;
using System.Text;
using Sentinel.Core.Policy;

namespace Sentinel.Core.Checks;

/// <summary>What a process tells by itself, as sd_notify(3) has it.</summary>
public static class Notification
{
    public const string SocketVariable = "NOTIFY_SOCKET", WatchdogVariable = "WATCHDOG_USEC";

    /// <summary>Where it tells it: an abstract address, which other users reach as well and no folder has room for.</summary>
    public static string AddressOf(ProcessRecord record) =>
        $"@sentinel-notify-{Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(record.Cookie)))}";

    /// <summary>The variables of a message.</summary>
    public static IEnumerable<(string Name, string Value)> Parse(string message)
    {
        foreach (var line in message.Split('\n'))
            if (line.IndexOf('=') is > 0 and var end)
                yield return (line[..end], line[(end + 1)..]);
    }
}
