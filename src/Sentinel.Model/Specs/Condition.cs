namespace Sentinel.Model.Specs;

/// <summary>What one process waits for in another.</summary>
/// <param name="Target">Of <see cref="ConditionKind.File"/> a path, of <see cref="ConditionKind.Log"/> a regular expression; otherwise null.</param>
public sealed record Condition(ConditionKind Kind, string? Target = null)
{
    public static readonly Condition Started = new(ConditionKind.Started), Ready = new(ConditionKind.Ready), Done = new(ConditionKind.Done);

    private static readonly ConditionKind[] Kinds = Enum.GetValues<ConditionKind>();

    /// <summary>The words of those that have no target.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Kinds.Where(kind => !HasTarget(kind)).Select(Word)];

    /// <summary>The words of those that have one.</summary>
    public static IReadOnlyList<string> TargetWords { get; } = [.. Kinds.Where(HasTarget).Select(Word)];

    /// <summary>All that there are, for people.</summary>
    public static string All { get; } = $"{string.Join(", ", Words)}, file:PATH and log:REGEX";

    /// <summary>Whether a run meets it at some moment, which nothing but watching the run tells.</summary>
    public bool IsWatched => Kind is ConditionKind.Port or ConditionKind.File or ConditionKind.Log;

    /// <exception cref="FormatException">There is no such condition, or its target cannot be.</exception>
    public static Condition Parse(string text)
    {
        var colon = text.IndexOf(':');
        var (word, target) = (colon < 0 ? text : text[..colon], colon < 0 ? null : text[(colon + 1)..]);
        if (Kinds.Where(kind => Word(kind) == word && HasTarget(kind) == target is not null).Cast<ConditionKind?>().FirstOrDefault() is not { } found)
            throw new FormatException($"the conditions are {All}, not '{text}'");
        if (target is "" || target?.Contains('\0') == true)
            throw new FormatException($"'{text}' names no {(found == ConditionKind.File ? "file" : "expression")}");
        if (found == ConditionKind.Log)
            _ = LineExpression.Parse(target!);
        return new Condition(found, target);
    }

    public override string ToString() => Target is null ? Word(Kind) : $"{Word(Kind)}:{Target}";

    private static bool HasTarget(ConditionKind kind) => kind is ConditionKind.File or ConditionKind.Log;

    private static string Word(ConditionKind kind) => kind.ToString().ToLowerInvariant();
}

/// <summary>The kinds of conditions.</summary>
public enum ConditionKind
{
    /// <summary>It runs.</summary>
    Started,

    Ready,
    Healthy,

    /// <summary>It has ended with success.</summary>
    Done,

    /// <summary>It has ended by itself, however it did.</summary>
    Ended,

    /// <summary>It listens on each of its ports or, if it leases none, on any.</summary>
    Port,

    /// <summary>While it runs, a file is there; a relative path begins in its working directory.</summary>
    File,

    /// <summary>It has written a line, in its present run.</summary>
    Log,
}
