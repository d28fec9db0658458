namespace Sentinel.Api;

public enum Level
{
    Ok,

    /// <summary>Sentinel works, but not all of it, or not for long.</summary>
    Degraded,

    /// <summary>What a user relies on does not work.</summary>
    Broken,
}

public static class Levels
{
    public static string Word(this Level level) => level switch
    {
        Level.Ok => "ok",
        Level.Degraded => "degraded",
        _ => "broken",
    };
}

/// <summary>The result of one check.</summary>
public sealed record Finding
{
    private Finding(string area, Level level, string what, string? mend) => (Area, Level, What, Mend) = (area, level, what, mend);

    /// <summary>One of <see cref="Areas"/>.</summary>
    public string Area { get; }

    public Level Level { get; }

    /// <summary>What was found, and what that means.</summary>
    public string What { get; }

    /// <summary>What to do about it; null when all is well.</summary>
    public string? Mend { get; }

    public static Finding Ok(string area, string what) => new(area, Level.Ok, what, null);

    public static Finding Degraded(string area, string what, string mend) => new(area, Level.Degraded, what, mend);

    public static Finding Broken(string area, string what, string mend) => new(area, Level.Broken, what, mend);

    /// <summary>The findings of a check; a check that fails is itself a finding.</summary>
    public static IReadOnlyList<Finding> Of(string area, Func<IEnumerable<Finding>> look)
    {
        try
        {
            return [.. look()];
        }
        catch (Exception e)
        {
            return [Degraded(area, $"this cannot be checked: {e.Message.TrimEnd('.')}", "fix what the reason names; if it names nothing of yours, please report it")];
        }
    }
}

/// <summary>What is checked, in the order in which it is reported: one thing can explain those after it.</summary>
public static class Areas
{
    public const string Kernel = "kernel", ControlGroups = "cgroups", Home = "home", State = "state", Logs = "logs", Limits = "limits",
        Daemon = "daemon", Processes = "processes", Ports = "ports", Boot = "boot";
}
