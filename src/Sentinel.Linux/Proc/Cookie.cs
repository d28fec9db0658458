using System.Text;

namespace Sentinel.Linux.Proc;

/// <summary>What identifies the processes of one tree, however far apart they are.</summary>
internal static class Cookie
{
    /// <summary>The environment variable; every descendant inherits it, unless it empties its environment.</summary>
    public const string Variable = Model.Specs.Variable.Cookie;

    /// <summary>The cookie in an environment as /proc/PID/environ has it, or null.</summary>
    public static string? In(ReadOnlySpan<byte> environment)
    {
        var prefix = "SENTINEL_COOKIE="u8;
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var entry = end < 0 ? environment : environment[..end];
            if (entry.StartsWith(prefix))
                return Encoding.UTF8.GetString(entry[prefix.Length..]);
            environment = end < 0 ? default : environment[(end + 1)..];
        }

        return null;
    }
}
