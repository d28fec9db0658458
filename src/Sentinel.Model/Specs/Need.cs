namespace Sentinel.Model.Specs;

/// <summary>That a process is started only once another one, or all instances of a set, meet a condition.</summary>
/// <param name="Name">Of the other one; within a project, as it is called there.</param>
/// <param name="Until">Null: it has done its work, if it is a task, and is ready otherwise.</param>
public sealed record Need(string Name, Condition? Until = null)
{
    private const string Optional = "optional", Restart = "restart", Bound = "bound";

    /// <summary>Whether it starts all the same when the other one is missing, or cannot meet the condition by itself.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether it is restarted when the other one was, as soon as that one meets the condition again.</summary>
    public bool Restarts { get; init; }

    /// <summary>Whether it is stopped, and waits, when the other one has ended.</summary>
    public bool IsBound { get; init; }

    /// <summary>What it waits for in the other one.</summary>
    /// <param name="isTask">Whether that is a task.</param>
    public Condition ConditionFor(bool isTask) => Until ?? (isTask ? Condition.Done : Condition.Ready);

    /// <summary>Parses <c>NAME</c>, <c>NAME:CONDITION</c>, and either with <c>,optional</c>, <c>,restart</c> or <c>,bound</c> after the name.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static Need Parse(string text)
    {
        var colon = text.IndexOf(':');
        var (words, until) = ((colon < 0 ? text : text[..colon]).Split(','), colon < 0 ? null : text[(colon + 1)..]);
        if (!ProcessName.IsFull(words[0]))
            throw new FormatException($"'{words[0]}' cannot be the name of a process: {ProcessName.Rule}");
        if (words[1..].FirstOrDefault(word => word is not (Optional or Restart or Bound)) is { } unknown)
            throw new FormatException($"after a name there may be {Optional}, {Restart} or {Bound}, not '{unknown}'");
        if (words.Contains(Optional) && words.Contains(Bound))
            throw new FormatException($"{words[0]} cannot be both {Optional}, so that it starts without it, and {Bound}, so that it ends with it");
        return new Need(words[0], until is null ? null : Condition.Parse(until))
        {
            IsOptional = words.Contains(Optional),
            Restarts = words.Contains(Restart),
            IsBound = words.Contains(Bound),
        };
    }

    public override string ToString() =>
        Name + (IsOptional ? $",{Optional}" : "") + (Restarts ? $",{Restart}" : "") + (IsBound ? $",{Bound}" : "")
        + (Until is { } until ? $":{until}" : "");
}
