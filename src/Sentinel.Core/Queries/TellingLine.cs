using System.Text.RegularExpressions;
using Sentinel.Api;

namespace Sentinel.Core.Queries;

/// <summary>Finds, in what a program wrote before it ended, the line that tells why: an error before anything else, else the last word.</summary>
internal static partial class TellingLine
{
    private const string Traceback = "Traceback (most recent call last):";

    // Where a program says neither, its last line is as good as any; many loggers write errors to stdout.
    public static SaidLine? In(IReadOnlyList<string> stderr, IReadOnlyList<string> stdout) =>
        Error(stderr) is { } error ? new SaidLine(error, LogStream.Stderr)
        : Error(stdout) is { } reported ? new SaidLine(reported, LogStream.Stdout)
        : Last(stderr) is { } last ? new SaidLine(last, LogStream.Stderr)
        : Last(stdout) is { } word ? new SaidLine(word, LogStream.Stdout)
        : null;

    /// <summary>All lines that tell of an error; if there are none on stderr, those on stdout.</summary>
    public static IReadOnlyList<SaidLine> Errors(IReadOnlyList<string> stderr, IReadOnlyList<string> stdout) =>
        In(stderr, LogStream.Stderr) is { Count: > 0 } errors ? errors : In(stdout, LogStream.Stdout);

    private static List<SaidLine> In(IReadOnlyList<string> lines, LogStream stream) =>
        [.. lines.Where(IsError).Select(line => new SaidLine(line.Trim(), stream))];

    private static bool IsError(string line) => NamedError().IsMatch(line) || (Complaint().IsMatch(line) && !NoComplaint().IsMatch(line));

    private static string? Error(IReadOnlyList<string> lines)
    {
        // Python ends with the error, after where it happened.
        var trace = lines.ToList().FindLastIndex(line => line.Contains(Traceback, StringComparison.Ordinal));
        if (trace >= 0 && lines.Skip(trace + 1).FirstOrDefault(line => NamedError().IsMatch(line)) is { } raised)
            return raised.Trim();
        // Others begin with it; what is indented is their source, or a place in it.
        return (lines.FirstOrDefault(line => NamedError().IsMatch(line)) ?? lines.FirstOrDefault(line => Complaint().IsMatch(line) && !NoComplaint().IsMatch(line)))?.Trim();
    }

    private static string? Last(IReadOnlyList<string> lines) => lines.LastOrDefault(line => line.Trim().Length > 0)?.Trim();

    // KeyError: 'url', Error: listen EADDRINUSE, java.lang.IllegalStateException: no, Exception in thread "main".
    [GeneratedRegex(@"^(Uncaught )?[\w.$]*(Error|Exception|Failure)\b( \[\w+\]| in thread [^:]*)?(:|$| )")]
    private static partial Regex NamedError();

    [GeneratedRegex(@"^(?!\s).*(\b(error|fatal|panic|panicked|exception|unhandled|failed|failure|cannot|can't|could not|denied|refused|invalid|missing|not found|no such|unable to|already in use|unrecognized|unknown option|killed|abort(ed)?|segmentation fault|critical|emerg)\b|\[(emerg|crit|error|alert)\])", RegexOptions.IgnoreCase)]
    private static partial Regex Complaint();

    [GeneratedRegex(@"\b(0|no|without) (errors?|failures?|failed)\b|\berrors?: 0\b|\bfailed: 0\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoComplaint();
}
