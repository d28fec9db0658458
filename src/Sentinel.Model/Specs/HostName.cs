using System.Text;

namespace Sentinel.Model.Specs;

/// <summary>A machine that ssh(1) reaches.</summary>
/// <param name="Destination">As ssh takes it: a name of its config, a host, or USER@HOST.</param>
/// <param name="Label">What it is called in what people read: without the user, where that leaves it clear.</param>
public sealed record HostName(string Destination, string Label);

/// <summary>The machines that a command is for, as people name them: <c>user@m1,m2</c>, or groups of a project's file.</summary>
public static class HostNames
{
    /// <summary>The environment variable that names them where no option does.</summary>
    public const string Variable = "SENTINEL_HOST";

    private const int Most = 100;
    private const int LongestName = 255;

    /// <param name="groups">Names that stand for several.</param>
    /// <returns>In the order in which they are named; each once.</returns>
    /// <exception cref="FormatException">It names none, or one that cannot be.</exception>
    public static IReadOnlyList<HostName> Parse(string text, IReadOnlyDictionary<string, IReadOnlyList<string>> groups)
    {
        string[] all = [.. text.Split(',', StringSplitOptions.TrimEntries).SelectMany(name => groups.GetValueOrDefault(name) ?? [name]).Distinct()];
        foreach (var name in all)
            if (WhyNot(name) is { } why)
                throw new FormatException(why);
        if (all.Length > Most)
            throw new FormatException($"{all.Length} machines are more than the {Most} that one command is for; an engine is made for so many: see 'sentinel export'");
        var short_ = all.Select(WithoutUser).ToList();
        return [.. all.Select((name, i) => new HostName(name, short_.Count(other => other == short_[i]) == 1 ? short_[i] : name))];
    }

    /// <summary>Why that cannot be a machine; null: it can be one.</summary>
    public static string? WhyNot(string name) =>
        name.Length == 0 ? "there is no name of a machine; give it as m1, user@m1 or m1,m2"
        : name[0] == '-' ? $"'{name}' would be an option of ssh, and not a machine"
        : name.Any(c => c <= ' ' || c == '\x7f' || "'\"\\`$;&|<>(){}*?!#~".Contains(c)) || name.EnumerateRunes().Any(Rune.IsWhiteSpace)
            ? $"'{name}' cannot be a machine: ssh takes a name of its config, HOST or USER@HOST"
        : name.Length > LongestName ? $"the name of a machine has {LongestName} characters at most"
        : null;

    private static string WithoutUser(string name) => name[(name.LastIndexOf('@') + 1)..];
}
