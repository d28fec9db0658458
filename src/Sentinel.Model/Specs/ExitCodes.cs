using System.Globalization;
using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>What the exit codes of a process mean.</summary>
/// <param name="Success">Those that count as success.</param>
/// <param name="Final">Those after which it is not restarted.</param>
public sealed record ExitCodes(IReadOnlyList<int> Success, IReadOnlyList<int> Final)
{
    public static readonly ExitCodes Default = new([0], []);

    private const int Highest = 255;

    public bool IsSuccess(Exit how) => how is Exit.Code code && Success.Contains(code.Value);

    public bool IsFinal(Exit how) => how is Exit.Code code && Final.Contains(code.Value);

    /// <summary>Parses codes with commas between them.</summary>
    /// <param name="option">Where they were given, for messages.</param>
    /// <exception cref="FormatException">One is not a code.</exception>
    public static IReadOnlyList<int> Parse(string option, string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(word =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= Highest ? code
            : throw new FormatException($"--{option} takes exit codes from 0 to {Highest} with commas between them, such as 0,143, not '{text}'")).Distinct().Order()];

    public static string Text(IReadOnlyList<int> codes) => string.Join(',', codes);
}
