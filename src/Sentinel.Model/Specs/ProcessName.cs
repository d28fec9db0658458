using System.Text;

namespace Sentinel.Model.Specs;

/// <summary>The rule for names, which are typed, printed, and used in log file names.</summary>
public static class ProcessName
{
    public const int MaxCharacters = 64;

    public const string Rule = "a name has 1 to 64 characters, is not a number, and has no slash, control character or character that reverses text";

    public static bool IsValid(string name) =>
        !string.IsNullOrWhiteSpace(name)
        && name.EnumerateRunes().Count() <= MaxCharacters
        && !name.All(char.IsDigit)
        && !name.EnumerateRunes().Any(IsForbidden);

    /// <summary>Whether it is the name of a process or, with a slash, of one of a project: <c>PROJECT/PROCESS</c>.</summary>
    public static bool IsFull(string name) => name.IndexOf('/') is var slash && slash < 0 ? IsValid(name) : IsProject(name[..slash]) && IsValid(name[(slash + 1)..]);

    /// <summary>Whether it is the name of a project, which is also that of a folder of logs.</summary>
    public static bool IsProject(string name) => IsValid(name) && name is not ("." or "..");

    /// <summary>The project that a full name is of; null: of none.</summary>
    public static string? ProjectOf(string name) => name.IndexOf('/') is >= 0 and var slash ? name[..slash] : null;

    /// <summary>The part of a full name that a process has within its project.</summary>
    public static string Short(string name) => name[(name.IndexOf('/') + 1)..];

    /// <summary>
    /// A valid name made from <paramref name="program"/> for which <paramref name="isTaken"/> is false:
    /// <c>python3</c>, <c>python3-2</c>, <c>python3-3</c>.
    /// </summary>
    public static string Unique(string program, Func<string, bool> isTaken)
    {
        // Leave room for "process-" and the number.
        var name = string.Concat(program.EnumerateRunes().Where(rune => !IsForbidden(rune)).Take(MaxCharacters - 20));
        if (!IsValid(name))
            name = $"process{(name.Length > 0 && name.All(char.IsDigit) ? "-" + name : "")}";
        return !isTaken(name)
            ? name
            : Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}-{n}").First(candidate => !isTaken(candidate));
    }

    private static bool IsForbidden(Rune rune) =>
        rune.Value is '/' or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069)
        || rune == Rune.ReplacementChar || Rune.IsControl(rune) || NativeText.IsByte(rune);
}
