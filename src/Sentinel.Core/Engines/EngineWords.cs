using System.Text.RegularExpressions;

namespace Sentinel.Core.Engines;

/// <summary>What a program of an engine said of why it failed, on one line.</summary>
public static partial class EngineWords
{
    private const int MostLines = 4;

    /// <param name="told">Its standard error.</param>
    /// <param name="exitCode">Said where there are no words.</param>
    public static string Of(string told, int exitCode)
    {
        var lines = told.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => !Noise().IsMatch(line)).Distinct().TakeLast(MostLines).ToList();
        return lines.Count == 0 ? $"it ended with exit code {exitCode}, and said nothing" : string.Join("; ", lines).TrimEnd('.');
    }

    // Logs of a library, advice about its own help, and notes on what it does anyway.
    [GeneratedRegex(@"^([EWI]\d{4} |See '|See ""|Usage: |Run '|Since --detach|In a future release)")]
    private static partial Regex Noise();
}
