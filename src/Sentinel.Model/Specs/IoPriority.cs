using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>The priority of a process's disk I/O; see ioprio_set(2).</summary>
/// <param name="Class">1: realtime, 2: best-effort, 3: idle.</param>
/// <param name="Level">0 (highest) to 7 (lowest); 0 for idle.</param>
public sealed record IoPriority(int Class, int Level)
{
    private const int DefaultLevel = 4;
    private static readonly string[] Classes = ["", "realtime", "best-effort", "idle"];

    /// <summary><c>idle</c>, <c>best-effort[:0-7]</c> or <c>realtime[:0-7]</c>.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static IoPriority Parse(string text)
    {
        var words = text.Split(':');
        var number = Array.IndexOf(Classes, words[0]);
        int? level = words.Length == 1 ? (number == 3 ? 0 : DefaultLevel)
            : words.Length == 2 && number != 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given <= 7 ? given
            : null;
        return number > 0 && level is { } known
            ? new IoPriority(number, known)
            : throw new FormatException($"--ionice takes idle, best-effort[:0-7] or realtime[:0-7], not '{text}'");
    }

    public override string ToString() => Class == 3 ? Classes[3] : $"{Classes[Class]}:{Level}";
}
