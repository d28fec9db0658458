using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>How much of a resource a process may use; see setrlimit(2).</summary>
/// <param name="Name">As prlimit(1) calls it: <c>nofile</c>.</param>
/// <param name="Soft">How much it may use, in bytes, in seconds or as a count.</param>
/// <param name="Hard">How far it may raise the soft limit itself.</param>
public sealed record ResourceLimit(string Name, ulong Soft, ulong Hard)
{
    public const ulong Unlimited = ulong.MaxValue;
    private const string NoLimit = "unlimited";

    /// <summary>Each index is the kernel's number for the limit on x86-64 and ARM64.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ];

    /// <summary><c>NAME=LIMIT</c> or <c>NAME=SOFT:HARD</c>, each a number or <c>unlimited</c>.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static ResourceLimit Parse(string text)
    {
        var words = text.Split('=');
        if (words.Length != 2)
            throw new FormatException($"--limit takes NAME=number, such as nofile=65536, not '{text}'");
        if (!Names.Contains(words[0]))
            throw new FormatException($"there is no limit '{words[0]}'; the limits are {string.Join(", ", Names)}");
        var values = words[1].Split(':');
        var (soft, hard) = (Number(values[0]), Number(values[^1]));
        if (values.Length > 2 || soft is null || hard is null)
            throw new FormatException($"--limit {words[0]} takes a number, two numbers with a colon between them, or {NoLimit}, not '{words[1]}'");
        return soft <= hard
            ? new ResourceLimit(words[0], soft.Value, hard.Value)
            : throw new FormatException($"--limit {words[0]}: {values[0]} is more than {values[^1]}");
    }

    public override string ToString() => $"{Name}={Text(Soft)}{(Soft == Hard ? "" : $":{Text(Hard)}")}";

    private static ulong? Number(string text) =>
        text == NoLimit ? Unlimited : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(ulong value) => value == Unlimited ? NoLimit : value.ToString(CultureInfo.InvariantCulture);
}
